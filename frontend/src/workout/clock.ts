/** The workout's clock: event time, which a replay may run faster than the clock on the wall. */

/** The newest sample was of `at_ms` when it came, at `came_ms` on the wall. */
export interface Arrival {
  readonly at_ms: number;
  readonly came_ms: number;
}

/** Long enough to even out batches, short enough to follow a change of speed. */
const WINDOW_MS = 20_000;
const MEASURED_OVER_MS = 3_500;
/** Below this, what looks like a fast replay is the jitter of batches. */
const FASTER_THAN_LIFE = 1.5;
/** Two questions without a newer sample: a replay may have ended, so stop running ahead of it. */
const AHEAD_FOR_MS = 6_000;

/** Notes an arrival and forgets those too old to tell the speed. */
export function arrived(arrivals: readonly Arrival[], arrival: Arrival): readonly Arrival[] {
  return [
    ...arrivals.filter((each) => arrival.came_ms - each.came_ms <= WINDOW_MS),
    arrival,
  ];
}

/** Arrivals that tell a speed which is known, at its newest moment. */
export function runningAt({ at_ms, came_ms, speed }: Arrival & { readonly speed: number }): readonly Arrival[] {
  const before = { at_ms: at_ms - speed * MEASURED_OVER_MS, came_ms: came_ms - MEASURED_OVER_MS };
  return [before, { at_ms, came_ms }];
}

/** Seconds of workout in a second of life: 1, or more in a replay. */
export function speed(arrivals: readonly Arrival[]): number {
  const first = arrivals[0];
  const last = arrivals.at(-1);
  if (!first || !last || last.came_ms - first.came_ms < MEASURED_OVER_MS) return 1;
  const measured = (last.at_ms - first.at_ms) / (last.came_ms - first.came_ms);
  return measured < FASTER_THAN_LIFE ? 1 : measured;
}

/** The workout's time now, from the arrival that was least delayed; null before any came. */
export function workoutTime(arrivals: readonly Arrival[], now_ms: number): number | null {
  const last = arrivals.at(-1);
  if (!last) return null;
  const rate = speed(arrivals);
  const ahead = (now: number) =>
    arrivals.reduce(
      (latest, { at_ms, came_ms }) => Math.max(latest, at_ms + (now - came_ms) * rate),
      last.at_ms,
    );
  const until = Math.min(now_ms, last.came_ms + AHEAD_FOR_MS);
  return ahead(Math.max(until, last.came_ms)) + Math.max(0, now_ms - until);
}
