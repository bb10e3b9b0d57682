/** A heart for who has no strap: it warms up by itself until it is dragged to where one wants it. */
import type { Running, SourceListener } from "./source";

/** Where it may be dragged to, beats a minute. */
export const DRAGGED = { low: 60, high: 180 } as const;

/** How fast a dragged heart follows, beats a minute each second: faster than any real one. */
const FOLLOWS_BY = 8;

/** Begins at rest and works up to an even pace; slow waves as on a road that is not quite flat. */
export function madeUpHeartRate(seconds: number): number {
  const [rest, work, tau_seconds] = [72, 138, 57.6]; // tau: Hunt 2015
  const level = work - (work - rest) * Math.exp(-seconds / tau_seconds);
  return Math.round(level + 4 * Math.sin(seconds / 41) + 1.5 * Math.sin(seconds / 7));
}

export interface MadeUp extends Running {
  /** Takes the heart to this rate, beats a minute, within seconds, and keeps it there. */
  drag(heart_rate: number): void;
  readonly begun_ms: number;
  /** Where it was dragged to; null where it was not. */
  readonly dragged: () => number | null;
}

/** Beats once a second until stopped, as one that began at `begun_ms` and was dragged to `dragged`. */
export function makeUp(
  listener: SourceListener,
  begun_ms = Date.now(),
  dragged: number | null = null,
): MadeUp {
  let wanted = dragged;
  let heart_rate = dragged ?? madeUpHeartRate(0);
  const beat = () => {
    heart_rate =
      wanted === null
        ? madeUpHeartRate((Date.now() - begun_ms) / 1000)
        : heart_rate + Math.min(FOLLOWS_BY, Math.max(-FOLLOWS_BY, wanted - heart_rate));
    listener.onHeartRate(heart_rate);
  };
  const sentence = "A made-up heart beats. It warms up by itself, or goes where you drag it.";
  listener.onStatus({ phase: "on", way: "made-up", sentence });
  beat();
  const beating = setInterval(beat, 1000);
  return {
    begun_ms,
    dragged: () => wanted,
    drag: (to) => {
      wanted = Math.min(DRAGGED.high, Math.max(DRAGGED.low, Math.round(to)));
    },
    stop: () => {
      clearInterval(beating);
    },
  };
}
