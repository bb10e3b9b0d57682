import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { type Bluetooth, chooseStrap } from "../../heart/bluetooth";
import { type PlayingFile, isRecording, playFile } from "../../heart/recorded";
import { makeUp } from "../../heart/madeUp";
import type { Relay } from "../../heart/relay";
import type { Speed } from "../../heart/replay";
import { type Moment, OFF, Source, type SourceStatus, wayInUse } from "../../heart/source";
import { subscribe } from "../../heart/subscription";
import { MoreSources } from "./MoreSources";
import { Press } from "../Press";
import "./Sources.css";
import { useDrop } from "../drop";

interface Props {
  /** Whether this page may send heart rates: only those of its own athlete. */
  readonly maySend: boolean;
  /** Whether a heart rate comes from another device. */
  readonly comes: boolean;
  /** Beats a minute, now or at a moment; the same function each time. */
  readonly onHeartRate: (heart_rate: number, moment?: Moment) => void;
  /** The newest time of the workout, epoch ms; the same function each time. */
  readonly newestTime: () => number;
}

/** The heart rate of this device: a strap, a made-up heart, a recording, or a service. */
export function Sources({ maySend, comes, onHeartRate, newestTime }: Props) {
  const [status, setStatus] = useState<SourceStatus>(OFF);
  const [speed, setSpeed] = useState<Speed>(10);
  const source = useMemo(() => new Source({ onStatus: setStatus, onHeartRate }), [onHeartRate]);
  const playing = useRef<PlayingFile | null>(null);
  useEffect(
    () => () => {
      source.stop();
    },
    [source],
  );
  const play = useCallback(
    ([file]: readonly File[]) => {
      if (!file) return;
      source.use((listener) => (playing.current = playFile(file, speed, newestTime, listener)));
    },
    [source, speed, newestTime],
  );
  const dropped = useCallback(
    (files: readonly File[]) => {
      if (maySend) play(files);
      else setStatus({ phase: "failed", sentence: NOT_YOURS });
    },
    [maySend, play],
  );
  const isOver = useDrop(isRecording, dropped);
  return (
    <SourceControls
      status={status}
      off={!maySend}
      comes={comes}
      isOver={isOver}
      speed={speed}
      onStrap={() => {
        const { bluetooth } = navigator as Navigator & { readonly bluetooth?: Bluetooth };
        source.use((listener) => chooseStrap(bluetooth, listener));
      }}
      onMakeUp={() => {
        source.use(makeUp);
      }}
      onFile={(file) => {
        play([file]);
      }}
      onSpeed={(wished) => {
        setSpeed(wished);
        playing.current?.setSpeed(wished);
      }}
      onService={(relay) => {
        source.use((listener) => subscribe(relay, listener));
      }}
      onStop={() => {
        source.stop();
      }}
    />
  );
}

const NOT_YOURS = "This page may not send heart rates for this athlete, so the file is not played.";

interface ControlsProps {
  readonly status: SourceStatus;
  readonly off: boolean;
  readonly comes: boolean;
  /** Whether a file is held over the page. */
  readonly isOver: boolean;
  readonly speed: Speed;
  readonly onStrap: () => void;
  readonly onMakeUp: () => void;
  readonly onFile: (file: File) => void;
  readonly onSpeed: (speed: Speed) => void;
  readonly onService: (relay: Relay) => void;
  readonly onStop: () => void;
}

/** What may be pressed, and what became of it; no button goes away while it has the focus. */
export function SourceControls(props: ControlsProps) {
  const { status, off, comes, isOver, onStrap, onMakeUp, onStop } = props;
  const way = wayInUse(status);
  return (
    <div className="source" data-phase={status.phase} data-over={isOver}>
      <p role="status" data-testid="source-note">
        {status.sentence}
      </p>
      {way === null && comes && <p>Another device sends a heart rate already; two at once would mix.</p>}
      <div className="buttons">
        <Press off={isOff("strap")} onPress={way ? onStop : onStrap}>
          {way === "strap" ? "Stop using the strap" : "Use my heart-rate strap"}
        </Press>
        <Press off={isOff("made-up")} onPress={way ? onStop : onMakeUp}>
          {way === "made-up" ? "Stop the made-up heart" : "Try it without a strap"}
        </Press>
      </div>
      <MoreSources {...props} way={way} isOff={isOff} />
    </div>
  );

  function isOff(which: typeof way): boolean {
    return way === null ? off : way !== which;
  }
}
