/** When a cadence that is measured is worth a message: they cost money, and a song lasts minutes. */

/** What the server was told last, and since when the cadence is another. */
export interface Telling {
  readonly told: number | null;
  readonly told_ms: number;
  readonly other_since_ms: number | null;
}

export const NOTHING_TOLD: Telling = { told: null, told_ms: -Infinity, other_since_ms: null };

const OTHER = 0.03;
const FOR_MS = 10_000;
const AT_MOST_EVERY_MS = 30_000;

/** The state with the cadence of now; the first is due at once, another when it lasts. */
export function heardCadence(before: Telling, cadence: number | null, at_ms: number): Telling {
  if (cadence === null || before.told === null) return before;
  if (Math.abs(cadence / before.told - 1) <= OTHER) return { ...before, other_since_ms: null };
  return { ...before, other_since_ms: before.other_since_ms ?? at_ms };
}

/** Whether the server is to be told now. */
export function isDue({ told, told_ms, other_since_ms }: Telling, at_ms: number): boolean {
  if (told === null) return true;
  return other_since_ms !== null && at_ms - other_since_ms >= FOR_MS && at_ms - told_ms >= AT_MOST_EVERY_MS;
}

/** The state once the server was told. */
export function told(cadence: number, at_ms: number): Telling {
  return { told: cadence, told_ms: at_ms, other_since_ms: null };
}
