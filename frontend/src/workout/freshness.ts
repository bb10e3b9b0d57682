import type { Arrival } from "./clock";

/** What is known of how the newest heart rate came. */
interface Came {
  readonly arrivals: readonly Arrival[];
  readonly stale_after_ms: number;
  /** Whether it is known to be new, and not an old one just read. */
  readonly confirmed: boolean;
}

/** How far the shown heart rate can be trusted. `for_ms`: since the newest sample came. */
export type Freshness =
  | { readonly state: "none" }
  | { readonly state: "live" }
  /** Read after a pause; nothing has come since that would show it to be new. */
  | { readonly state: "unconfirmed" }
  | { readonly state: "stale"; readonly for_ms: number; readonly at_least: boolean };

/** What may be said about the newest heart rate at `now_ms` on the wall. */
export function freshness(came: Came, now_ms: number): Freshness {
  const last = came.arrivals.at(-1);
  if (!last) return { state: "none" };
  const for_ms = Math.max(0, now_ms - last.came_ms);
  if (for_ms >= came.stale_after_ms) return { state: "stale", for_ms, at_least: !came.confirmed };
  return { state: came.confirmed ? "live" : "unconfirmed" };
}
