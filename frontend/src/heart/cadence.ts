/** When a cadence that a sensor measures is told to the server: seldom, and only when it moved. */

const LEAST_MOVE = 0.03;
export const TELL_EVERY_MS = 30_000;

/** Whether a cadence of now is told, where `told` was the last, at `told_ms`; null where none was. */
export function isToldAgain(cadence: number, told: number | null, now_ms: number, told_ms: number): boolean {
  if (told === null) return true;
  return Math.abs(cadence - told) > LEAST_MOVE * told && now_ms - told_ms >= TELL_EVERY_MS;
}
