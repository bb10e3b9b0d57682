/** The source of this device's heart rate, as the views use it. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { Best } from "../../heart/best";
import type { Bluetooth } from "../../heart/bluetooth";
import { type KeptSource, keepSource } from "../../heart/kept";
import { type MadeUp, makeUp } from "../../heart/madeUp";
import { type PlayingFile, playFile } from "../../heart/recorded";
import { NOTHING, Pair, type Together } from "../../heart/pair";
import type { Relay } from "../../heart/relay";
import type { Speed } from "../../heart/replay";
import { type Moment, type SourceStatus, type Way, later } from "../../heart/source";
import { subscribe } from "../../heart/subscription";
import { keepScreenOn } from "../../music/keys";
import type { Mailbox } from "../../ownSongs/mailbox";

interface Asked {
  readonly user: string;
  /** Whether this page may send heart rates: only those of its own athlete. */
  readonly maySend: boolean;
  /** What was kept of the source before the page was loaded again. */
  readonly kept: KeptSource | null;
  /** Beats a minute, now or at a moment; the same function each time. */
  readonly onHeartRate: (heart_rate: number, moment?: Moment) => void;
  /** The newest time of the workout, epoch ms; the same function each time. */
  readonly newestTime: () => number;
  /** Recorded workouts that are dropped on the page. */
  readonly recordings: Mailbox<File>;
  /** Steps or turns a minute that a sensor measures, seldom; whether they were told to the server. */
  readonly onCadence: (cadence: number) => boolean;
}

export interface Beside extends Pick<Asked, "onHeartRate" | "onCadence"> {
  readonly best: Best;
}

/** The source in use, and what may be done about it. */
export interface UsedSource {
  readonly status: SourceStatus;
  /** Those in use, the best first. */
  readonly ways: readonly Way[];
  /** Why what was dropped is not played; else empty. */
  readonly refusal: string;
  readonly speed: Speed;
  readonly onStrap: () => void;
  readonly onMakeUp: () => void;
  /** Takes the made-up heart to this rate, beats a minute. */
  readonly onDrag: (heart_rate: number) => void;
  readonly onFile: (file: File) => void;
  readonly onSpeed: (speed: Speed) => void;
  /** Plays one of the workouts that a file holds. */
  readonly onChoose: (place: number) => void;
  readonly onSkipPause: () => void;
  readonly onService: (relay: Relay) => void;
  readonly onStop: (way: Way) => void;
  /** What a bike, treadmill or sensor beside the source needs. */
  readonly beside: Beside;
}

/** Holds the sources of this device's heart rate until the view goes; a made-up heart outlives a reload. */
export function useSource(asked: Asked): UsedSource {
  const { user, maySend, kept, onHeartRate, newestTime, recordings, onCadence } = asked;
  const [{ status, ways }, setTogether] = useState<Together>(NOTHING);
  const [speed, setSpeed] = useState<Speed>(10);
  const [refusal, setRefusal] = useState("");
  const best = useMemo(() => new Best(), []);
  const pair = useMemo(() => new Pair(best, { onTogether: setTogether, onHeartRate }), [onHeartRate, best]);
  const playing = useRef<PlayingFile | null>(null);
  const madeUp = useRef<MadeUp | null>(null);
  const way = ways[0] ?? null;
  const begin = (...use: Parameters<Pair["use"]>) => {
    setRefusal("");
    pair.use(...use);
  };
  const play = (file: File) => {
    begin("file", (listener) => (playing.current = playFile(file, speed, newestTime, listener)));
  };
  const onRecording = useEffectEvent((file: File) => {
    const sentence = dropRefusal(file, maySend, way);
    if (sentence) setRefusal(sentence);
    else play(file);
  });
  useEffect(() => recordings.take((file) => { onRecording(file); }), [recordings]);
  const keep = useEffectEvent(() => {
    const { begun_ms = 0, dragged } = (way === "made-up" && madeUp.current) || {};
    keepSource(user, { way, at_ms: newestTime(), begun_ms, dragged: dragged?.() ?? null });
  });
  const goOn = useEffectEvent(() => {
    if (kept?.way === "made-up") {
      const { begun_ms, dragged } = kept;
      begin("made-up", (listener) => (madeUp.current = makeUp(listener, begun_ms, dragged)));
    } else if (kept?.way) setTogether({ ...NOTHING, status: { phase: "off", sentence: AGAIN[kept.way] } });
  });
  useEffect(() => {
    goOn();
    const leave = () => { keep(); };
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      pair.stop();
    };
  }, [pair]);
  const inUse = way !== null;
  useEffect(() => (inUse ? keepScreenOn() : undefined), [inUse]);
  return {
    status,
    ways,
    refusal,
    speed,
    onStrap: () => {
      const { bluetooth } = navigator as Navigator & { readonly bluetooth?: Bluetooth };
      begin("strap", (listener) =>
        later(
          import("../../heart/bluetooth"),
          ({ chooseStrap }) => chooseStrap(bluetooth, listener),
          (sentence) => {
            listener.onStatus({ phase: "failed", sentence });
          },
        ),
      );
    },
    onMakeUp: () => {
      begin("made-up", (listener) => (madeUp.current = makeUp(listener)));
    },
    onDrag: (heart_rate) => madeUp.current?.drag(heart_rate),
    onFile: play,
    onSpeed: (wished) => {
      setSpeed(wished);
      playing.current?.setSpeed(wished);
    },
    onChoose: (place) => playing.current?.choose(place),
    onSkipPause: () => playing.current?.skipPause(),
    onService: (relay) => {
      begin("service", (listener) => subscribe(relay, listener));
    },
    onStop: (stopped) => {
      setRefusal("");
      pair.stop(stopped);
    },
    beside: { best, onHeartRate, onCadence },
  };
}

/** A browser gives a page neither the strap nor the file again without a press. */
const AGAIN: Readonly<Record<Exclude<Way, "made-up">, string>> = {
  strap: "The page was loaded again and has lost your strap. Choose it once more to go on.",
  file: "The page was loaded again, which ended the recording. Choose the file once more to go on.",
  service: "The page was loaded again, which ended the service. Enter its token once more to go on.",
};

/** Why a dropped recording is not played, as a sentence; empty where it is. */
export function dropRefusal({ name }: File, maySend: boolean, way: Way | null): string {
  if (!maySend) return `This page may not send heart rates for this athlete, so ${name} is not played.`;
  if (way === null || way === "file") return "";
  return `${name} was not played, because another source is in use. Stop that first, then drop it again.`;
}
