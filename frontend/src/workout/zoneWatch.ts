/** Tells when a chosen zone is left, and reached again; a heart that wavers around a limit says nothing. */
import type { Zone } from "./zone";

/** Where the heart has settled, and since when it has been elsewhere. */
export interface Watched {
  readonly chosen: Zone | null;
  /** Below the chosen zone, in it, or above; null until the zone was reached once. */
  readonly settled: Side | null;
  readonly other: Side | null;
  readonly since_ms: number;
}

type Side = -1 | 0 | 1;

export type ZoneCue = "too-low" | "too-high" | "back";

export const UNWATCHED: Watched = { chosen: null, settled: null, other: null, since_ms: 0 };

/** So long a heart has to be elsewhere. */
export const HOLDS_MS = 5_000;

/** The state with a heart in `zone` at `at_ms`, and what is to be heard, if anything. */
export function watchZone(
  before: Watched,
  chosen: Zone | null,
  zone: Zone | null,
  at_ms: number,
): readonly [Watched, ZoneCue | null] {
  if (chosen !== before.chosen) return [{ ...UNWATCHED, chosen }, null];
  if (chosen === null || zone === null) return [before, null];
  const side = Math.sign(zone - chosen) as Side;
  if (side === before.settled) return [{ ...before, other: null }, null];
  if (before.settled === null) return [side === 0 ? { ...before, settled: 0 } : before, null];
  if (side !== before.other) return [{ ...before, other: side, since_ms: at_ms }, null];
  if (at_ms - before.since_ms < HOLDS_MS) return [before, null];
  return [{ ...before, settled: side, other: null }, side === 0 ? "back" : side < 0 ? "too-low" : "too-high"];
}
