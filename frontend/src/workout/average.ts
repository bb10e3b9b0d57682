/** The running average of a heart rate, as the server makes it. */
import type { Sample } from "../wire/messages";
import { HOLE_MS } from "./line";

/**
 * Time-weighted mean of the last `interval_ms`, beats a minute: linear between samples, which are
 * oldest first and at least one. After a hole it starts anew. The same rule as
 * `lambdas/domain/window.py`: events/running_averages.json holds them equal.
 */
export function runningAverage(samples: readonly Sample[], interval_ms: number): number {
  const [newest_ms, newest] = samples.at(-1) ?? [0, 0];
  const from_ms = newest_ms - interval_ms;
  let [area, after_ms, after] = [0, newest_ms, newest];
  for (const [at_ms, heart_rate] of samples.slice(0, -1).reverse()) {
    const step_ms = after_ms - at_ms;
    if (step_ms > HOLE_MS || after_ms <= from_ms) break;
    // Of a step in which the interval begins only what comes after counts.
    const begins_ms = Math.max(at_ms, from_ms);
    const begins = heart_rate + ((after - heart_rate) * (begins_ms - at_ms)) / step_ms;
    area += ((begins + after) / 2) * (after_ms - begins_ms);
    [after_ms, after] = [at_ms, heart_rate];
  }
  const measured_ms = newest_ms - Math.max(after_ms, from_ms);
  return measured_ms > 0 ? area / measured_ms : newest;
}
