import { useEffect, useRef } from "react";

import { beatSeconds } from "../../music/sketch";
import { useStill } from "../hooks";
import "./Beat.css";

interface Props {
  /** Beats a minute as heard; null while nothing plays. */
  readonly tempo: number | null;
  /** Since the song's start. */
  readonly played_ms: number;
}

/** A mark that beats with the song, from its first beat on; still where motion is not wanted. */
export function Beat({ tempo, played_ms }: Props) {
  const mark = useRef<HTMLSpanElement>(null);
  const still = useStill();
  const beats = tempo !== null && !still;
  const begun = useRef({ tempo: 0, played_ms: 0 });
  const beating = useRef<Animation | null>(null);
  useEffect(() => {
    begun.current = { tempo: tempo ?? 0, played_ms };
    if (tempo !== null && beating.current) follow(beating.current, ratio(tempo));
  });
  useEffect(() => {
    if (!beats || !mark.current) return undefined;
    const beating_now = mark.current.animate(BEAT, { duration: BEAT_MS, iterations: Infinity });
    beating_now.updatePlaybackRate(ratio(begun.current.tempo));
    beating_now.currentTime = begun.current.played_ms * ratio(begun.current.tempo);
    beating.current = beating_now;
    return () => {
      beating_now.cancel();
      beating.current = null;
    };
  }, [beats]);
  return <span className="beat" ref={mark} data-beats={beats} aria-hidden="true" data-testid="beat" />;
}

/** A beat at 60 a minute; the playback rate makes it the song's. */
const BEAT_MS = 1_000;
const BEAT: Keyframe[] = [
  { transform: "scale(1)", opacity: 1, easing: "ease-out" },
  { transform: "scale(0.6)", opacity: 0.45, offset: 0.7 },
  { transform: "scale(0.6)", opacity: 0.45 },
];

/** Less than this nobody sees. */
const SEEN = 0.002;

/** Takes a running animation to another rate, without a jump. */
function follow(beating: Animation, rate: number): void {
  if (Math.abs(rate / beating.playbackRate - 1) > SEEN) beating.updatePlaybackRate(rate);
}

function ratio(tempo: number): number {
  return 1 / beatSeconds(tempo);
}
