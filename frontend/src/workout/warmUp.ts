/** The first minutes, in which the average runs behind a heart that still speeds up. */
import type { TracePoint } from "../wire/messages";

const AT_MOST_MS = 180_000;
/** Before an average covers its interval, it is of what little came. */
const AT_LEAST_MS = 30_000;
const SETTLED = 0.04;

/** Whether the average has not settled yet at `newest`, so that no song can be expected to fit. */
export function isWarmingUp(newest: TracePoint | null, session: number | null): boolean {
  if (!newest || session === null) return false;
  const for_ms = newest.at_ms - session;
  if (for_ms > AT_MOST_MS) return false;
  return for_ms < AT_LEAST_MS || Math.abs(newest.heart_rate - newest.average) / newest.average > SETTLED;
}
