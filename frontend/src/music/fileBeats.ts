/** The beats of a recording as they are felt, and how it keeps to those of another song. */
import { BEATS_IN_BAR } from "./beat";
import { type Change, SHARED_BEATS, sum } from "./change";

/** How much faster or slower than it is a recording may be for a bar: more is heard as wrong. */
const MOST_HELD = 0.08;
/** From here on, a tempo is felt as double of the detector's, or half. */
const ANOTHER_OCTAVE = 1.5;

/** Seconds of each beat as it is felt at `tempo`: those of the detector may be half as many, or double. */
export function feltBeats(beats: readonly number[], tempo: number): readonly number[] {
  const [first, last] = [beats[0], beats.at(-1)];
  if (first === undefined || last === undefined || beats.length < 2) return [];
  const detected = (60 * (beats.length - 1)) / (last - first);
  if (tempo / detected > ANOTHER_OCTAVE) {
    return beats.flatMap((at, index) => {
      const next = beats[index + 1];
      return next === undefined ? [at] : [at, (at + next) / 2];
    });
  }
  return detected / tempo > ANOTHER_OCTAVE ? beats.filter((_, index) => index % 2 === 0) : beats;
}

/** The first bar of `beats` from `place` on that is whole, and has a beat after it; null where none is. */
export function barAfter(beats: readonly number[], place: number): readonly number[] | null {
  for (let index = 0; index + SHARED_BEATS + 1 < beats.length; index += BEATS_IN_BAR) {
    if ((beats[index] ?? 0) >= place) return beats.slice(index, index + SHARED_BEATS + 2);
  }
  return null;
}

/** That bar on the audio clock, where the recording is at `place` at `now`, `rate` times as fast. */
export function changeAt(bar: readonly number[], place: number, now: number, rate: number): Change {
  const [downbeat = place] = bar;
  const lengths = bar.slice(1).map((at, index) => (at - (bar[index] ?? at)) / rate);
  return { at: now + (downbeat - place) / rate, beats: lengths };
}

/** The rate at which a recording's `bar` lasts as long as the beats that are `held`. */
export function rateOver(bar: readonly number[], held: readonly number[]): number {
  return ((bar[SHARED_BEATS] ?? NaN) - (bar[0] ?? NaN)) / sum(held.slice(0, SHARED_BEATS));
}

/** Whether the recording can be as fast as that for a bar. */
export function isHoldable(rate: number): boolean {
  return Math.abs(rate - 1) <= MOST_HELD;
}
