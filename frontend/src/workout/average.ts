/** The running average of a heart rate, as the server makes it. */
import type { Sample } from "../wire/messages";
import { HOLE_MS } from "./line";

/** How far a sample looks to either side for what it has to agree with. */
const NEAR_MS = 4_000;
/** What is looked at before an interval, so that spikes are told at its beginning too. */
const BEFORE_MS = NEAR_MS + 1_000;
const HELD_MS = 30_000;
/** Beats a minute off the median of its neighbours by which a sample is odd. */
const SPIKE = 12;

/**
 * Time-weighted mean of the last `interval_ms`, beats a minute: linear between samples, which are
 * oldest first and at least one. After a hole it starts anew, and spikes of less than 4 s count for
 * nothing. The same rule as `lambdas/domain/window.py`: events/running_averages.json holds them equal.
 */
export function runningAverage(samples: readonly Sample[], interval_ms: number): number {
  const held = withoutSpikes(heldOf(samples, interval_ms));
  const [newest_ms, newest] = held.at(-1) ?? [0, 0];
  const from_ms = newest_ms - interval_ms;
  let [area, after_ms, after] = [0, newest_ms, newest];
  for (const [at_ms, heart_rate] of held.slice(0, -1).reverse()) {
    const step_ms = after_ms - at_ms;
    if (after_ms <= from_ms) break;
    // Of a step in which the interval begins only what comes after counts.
    const begins_ms = Math.max(at_ms, from_ms);
    const begins = heart_rate + ((after - heart_rate) * (begins_ms - at_ms)) / step_ms;
    area += ((begins + after) / 2) * (after_ms - begins_ms);
    [after_ms, after] = [at_ms, heart_rate];
  }
  const measured_ms = newest_ms - Math.max(after_ms, from_ms);
  return measured_ms > 0 ? area / measured_ms : newest;
}

/** The newest heart rate; of one that is odd among those before it the median, until it lasts. */
export function steadyHeartRate(samples: readonly Sample[]): number | null {
  return withoutSpikes(heldOf(samples, HELD_MS)).at(-1)?.[1] ?? null;
}

/** What the server holds: since the last hole, no more than the interval needs, and one before. */
function heldOf(samples: readonly Sample[], interval_ms: number): readonly Sample[] {
  const [newest_ms] = samples.at(-1) ?? [0];
  const from_ms = newest_ms - Math.max(interval_ms + BEFORE_MS, HELD_MS);
  let first = samples.length - 1;
  while (first > 0 && timeOf(samples, first) > from_ms) {
    if (timeOf(samples, first) - timeOf(samples, first - 1) > HOLE_MS) break;
    first -= 1;
  }
  return samples.slice(Math.max(0, first));
}

function withoutSpikes(samples: readonly Sample[]): readonly Sample[] {
  const [begun_ms, over_ms] = [timeOf(samples, 0) + 2 * NEAR_MS, timeOf(samples, samples.length - 1) - 2 * NEAR_MS];
  const jumps = samples.flatMap(([, heart_rate], index) => {
    const before = samples[index - 1];
    return before && Math.abs(heart_rate - before[1]) >= SPIKE ? [index] : [];
  });
  const isBesideJump = (at_ms: number) =>
    jumps.some((index) => at_ms >= timeOf(samples, index - 1) - NEAR_MS && at_ms <= timeOf(samples, index) + NEAR_MS);
  return samples.map((sample) => {
    const [at_ms, heart_rate] = sample;
    if (!isBesideJump(at_ms)) return sample;
    const [from_ms, until_ms] = [Math.min(at_ms - NEAR_MS, over_ms), Math.max(at_ms + NEAR_MS, begun_ms)];
    const near = samples.filter(([each]) => each >= from_ms && each <= until_ms).map(([, each]) => each);
    return [at_ms, agreed(heart_rate, near.sort((a, b) => a - b))];
  });
}

/** The heart rate, or the median of those near it in time, where it is odd among them. */
function agreed(heart_rate: number, near: readonly number[]): number {
  const low = near[(near.length - 1) >> 1] ?? heart_rate;
  const high = near[near.length >> 1] ?? heart_rate;
  if (near.length < 3) return heart_rate;
  if (heart_rate - high >= SPIKE) return high;
  return low - heart_rate >= SPIKE ? low : heart_rate;
}

function timeOf(samples: readonly Sample[], index: number): number {
  return samples[index]?.[0] ?? 0;
}
