/** A heart for who has no strap. */
import type { Running, SourceListener } from "./source";

/** Begins at rest and works up to an even pace; slow waves as on a road that is not quite flat. */
export function madeUpHeartRate(seconds: number): number {
  const [rest, work, tau_seconds] = [72, 138, 57.6]; // tau: Hunt 2015
  const level = work - (work - rest) * Math.exp(-seconds / tau_seconds);
  return Math.round(level + 4 * Math.sin(seconds / 41) + 1.5 * Math.sin(seconds / 7));
}

/** Beats once a second until stopped. */
export function makeUp(listener: SourceListener): Running {
  const begun_ms = Date.now();
  const beat = () => {
    listener.onHeartRate(madeUpHeartRate((Date.now() - begun_ms) / 1000));
  };
  const sentence = "A made-up heart beats, as in a workout that warms up.";
  listener.onStatus({ phase: "on", way: "made-up", sentence });
  beat();
  const beating = setInterval(beat, 1000);
  return {
    stop: () => {
      clearInterval(beating);
    },
  };
}
