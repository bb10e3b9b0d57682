/** Tapping along with a song to tell its tempo. */
import { isTempo } from "./opinion";

/** Longer than any beat: whoever pauses starts anew. */
const PAUSE_MS = 2_000;
const ENOUGH = 4;
const KEPT = 9;

/** The taps of one go, the newest at `at_ms`. */
export function tapped(taps: readonly number[], at_ms: number): readonly number[] {
  const last = taps.at(-1);
  const goesOn = last !== undefined && at_ms - last <= PAUSE_MS;
  return goesOn ? [...taps, at_ms].slice(-KEPT) : [at_ms];
}

/** The median of the last taps, beats a minute to one tenth; null while they do not tell. */
export function tappedTempo(taps: readonly number[]): number | null {
  if (taps.length < ENOUGH) return null;
  const beats_ms = taps.slice(1).map((at_ms, index) => at_ms - (taps[index] ?? at_ms));
  const tempo = Math.round(600_000 / median(beats_ms)) / 10;
  return isTempo(tempo) ? tempo : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}
