import { type RefObject, useEffect, useEffectEvent, useRef } from "react";

import { useStill } from "../hooks";

/** The figures grow a little with each beat, which lasts a second at the playback rate of 1. */
const BEAT: Keyframe[] = [
  { transform: "scale(1.03)", easing: "ease-out" },
  { transform: "scale(1)", offset: 0.6 },
  { transform: "scale(1)" },
];
/** As near, heart and music are felt as one. */
const IN_SYNC = 0.04;

interface Props {
  readonly heart_rate: number;
  readonly beats: boolean;
  readonly beat?: RefObject<Animation | null> | undefined;
}

/** The heart rate in figures, which move with it; in sync with the music they move with that. */
export function Pulse({ heart_rate, beats, beat }: Props) {
  const figures = useRef<HTMLElement>(null);
  const beating = useRef<Animation | null>(null);
  const still = useStill();
  const moves = beats && !still;
  const follow = useEffectEvent(() => {
    const music = beat?.current;
    const own = heart_rate / 60;
    const together = music && Math.abs(music.playbackRate / own - 1) <= IN_SYNC;
    beating.current?.updatePlaybackRate(together ? music.playbackRate : own);
    if (together && beating.current) beating.current.currentTime = music.currentTime;
  });
  useEffect(() => {
    if (!moves || !figures.current) return undefined;
    const running = figures.current.animate(BEAT, { duration: 1000, iterations: Infinity });
    beating.current = running;
    follow();
    return () => {
      running.cancel();
      beating.current = null;
    };
  }, [moves]);
  useEffect(() => {
    follow();
  }, [heart_rate]);
  return (
    <strong ref={figures} data-testid="heart-rate">
      {Math.round(heart_rate)}
    </strong>
  );
}
