/** Which heart rate counts where several come at once: the best one that is fresh. */
import type { Way } from "./source";

/** A machine beside the source that was chosen. */
export type Origin = Way | "machine";

/** A strap measures on the skin all the time, hands lie on a machine's grips now and then. */
const RANK: Readonly<Record<Origin, number>> = { file: 4, strap: 3, machine: 2, service: 1, "made-up": 0 };

export const NAMES: Readonly<Record<Origin, string>> = {
  file: "recording",
  strap: "strap",
  machine: "machine",
  service: "service",
  "made-up": "made-up heart",
};

/** So long a heart rate stays fresh: straps and machines tell one a second. */
export const FRESH_MS = 5_000;

export class Best {
  private readonly came = new Map<Origin, number>();

  /** Takes note of a heart rate; whether it counts, which it does unless a better one is fresh. */
  hears(origin: Origin, now_ms: number): boolean {
    this.came.set(origin, now_ms);
    return this.of(now_ms) === origin;
  }

  /** Whose heart rate counts; null where none is fresh. */
  of(now_ms: number): Origin | null {
    const fresh = [...this.came].filter(([, came_ms]) => now_ms - came_ms < FRESH_MS);
    return fresh.sort(([one], [other]) => RANK[other] - RANK[one])[0]?.[0] ?? null;
  }

  /** Forgets who was stopped. */
  forget(origin: Origin): void {
    this.came.delete(origin);
  }
}
