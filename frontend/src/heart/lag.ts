/** Tells a heart rate that was measured long ago from one of now. */

/** Longer than any way through a service takes. */
const OLD_MS = 60_000;
/** What comes with the same delay each time is of a clock that goes wrong, within this. */
const JITTER_MS = 5_000;

export class Lag {
  private before: { readonly measured_ms: number; readonly came_ms: number } | null = null;

  /** Takes when a heart rate was measured, null where nobody says; whether it is old. */
  isOld(measured_ms: number | null, now_ms: number): boolean {
    if (measured_ms === null) return false;
    const { before } = this;
    this.before = { measured_ms, came_ms: now_ms };
    if (now_ms - measured_ms < OLD_MS) return false;
    if (before === null || measured_ms <= before.measured_ms) return true;
    return Math.abs(measured_ms - before.measured_ms - (now_ms - before.came_ms)) > JITTER_MS;
  }
}
