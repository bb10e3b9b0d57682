import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { type Bluetooth, chooseStrap } from "../../heart/bluetooth";
import { type PlayingFile, playFile } from "../../heart/recorded";
import { makeUp } from "../../heart/madeUp";
import type { Relay } from "../../heart/relay";
import type { Speed } from "../../heart/replay";
import { type Moment, OFF, Source, type SourceStatus, type Way, wayInUse } from "../../heart/source";
import { subscribe } from "../../heart/subscription";
import { keepScreenOn } from "../../music/keys";
import type { Mailbox } from "../../ownSongs/mailbox";
import { MoreSources } from "./MoreSources";
import { Press } from "../Press";
import "./Sources.css";

interface Props {
  /** Whether this page may send heart rates: only those of its own athlete. */
  readonly maySend: boolean;
  /** Whether a heart rate comes from another device. */
  readonly comes: boolean;
  /** Beats a minute, now or at a moment; the same function each time. */
  readonly onHeartRate: (heart_rate: number, moment?: Moment) => void;
  /** The newest time of the workout, epoch ms; the same function each time. */
  readonly newestTime: () => number;
  /** Whether services are asked at their own addresses only, as the policy of a deployed page demands. */
  readonly deployed: boolean;
  /** Recorded workouts that are dropped on the page. */
  readonly recordings: Mailbox<File>;
  /** Whether files are held over the page. */
  readonly isOver: boolean;
  /** Hears whether a source is in use; the same function each time. */
  readonly onUse: (inUse: boolean) => void;
}

/** The heart rate of this device: a strap, a made-up heart, a recording, or a service. */
export function Sources(props: Props) {
  const { maySend, comes, onHeartRate, newestTime, deployed, recordings, isOver, onUse } = props;
  const [status, setStatus] = useState<SourceStatus>(OFF);
  const [speed, setSpeed] = useState<Speed>(10);
  const source = useMemo(() => {
    const onStatus = (now: SourceStatus) => {
      setStatus(now);
      onUse(wayInUse(now) !== null);
    };
    return new Source({ onStatus, onHeartRate });
  }, [onHeartRate, onUse]);
  const playing = useRef<PlayingFile | null>(null);
  useEffect(
    () => () => {
      source.stop();
    },
    [source],
  );
  const inUse = wayInUse(status) !== null;
  useEffect(() => (inUse ? keepScreenOn() : undefined), [inUse]);
  const [refusal, setRefusal] = useState("");
  const begin = (begins: Parameters<Source["use"]>[0]) => {
    setRefusal("");
    source.use(begins);
  };
  const play = (file: File) => {
    begin((listener) => (playing.current = playFile(file, speed, newestTime, listener)));
  };
  const takeDropped = (file: File) => {
    const sentence = dropRefusal(file, maySend, wayInUse(status));
    if (sentence) setRefusal(sentence);
    else play(file);
  };
  const onRecording = useEffectEvent(takeDropped);
  useEffect(
    () =>
      recordings.take((file) => {
        onRecording(file);
      }),
    [recordings],
  );
  return (
    <SourceControls
      status={status}
      off={!maySend}
      comes={comes}
      isOver={isOver}
      refusal={refusal}
      deployed={deployed}
      speed={speed}
      onStrap={() => {
        const { bluetooth } = navigator as Navigator & { readonly bluetooth?: Bluetooth };
        begin((listener) => chooseStrap(bluetooth, listener));
      }}
      onMakeUp={() => {
        begin(makeUp);
      }}
      onFile={play}
      onSpeed={(wished) => {
        setSpeed(wished);
        playing.current?.setSpeed(wished);
      }}
      onChoose={(place) => {
        playing.current?.choose(place);
      }}
      onSkipPause={() => {
        playing.current?.skipPause();
      }}
      onService={(relay) => {
        begin((listener) => subscribe(relay, listener));
      }}
      onStop={() => {
        setRefusal("");
        source.stop();
      }}
    />
  );
}

/** Why a dropped recording is not played, as a sentence; empty where it is. */
export function dropRefusal({ name }: File, maySend: boolean, way: Way | null): string {
  if (!maySend) return `This page may not send heart rates for this athlete, so ${name} is not played.`;
  if (way === null || way === "file") return "";
  return `${name} was not played, because another source is in use. Stop that first, then drop it again.`;
}

interface ControlsProps {
  readonly status: SourceStatus;
  readonly off: boolean;
  readonly comes: boolean;
  /** Whether a file is held over the page. */
  readonly isOver: boolean;
  /** Why what was dropped is not played; else empty. */
  readonly refusal: string;
  readonly deployed: boolean;
  readonly speed: Speed;
  readonly onStrap: () => void;
  readonly onMakeUp: () => void;
  readonly onFile: (file: File) => void;
  readonly onSpeed: (speed: Speed) => void;
  readonly onChoose: (place: number) => void;
  readonly onSkipPause: () => void;
  readonly onService: (relay: Relay) => void;
  readonly onStop: () => void;
}

/** What may be pressed, and what became of it; no button goes away while it has the focus. */
export function SourceControls(props: ControlsProps) {
  const { status, off, comes, isOver, refusal, onStrap, onMakeUp, onStop } = props;
  const way = wayInUse(status);
  return (
    <div className="source" data-phase={status.phase} data-over={isOver}>
      <p role="status" data-testid="source-note">
        {status.sentence}
      </p>
      {refusal && (
        <p className="problem" role="alert">
          {refusal}
        </p>
      )}
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
