/**
 * Steps a minute from what a phone feels in a hand, at an arm or in a pocket.
 *
 * The length of the acceleration does not depend on how the phone is held. A body goes up and down
 * with each step; an arm or a leg swings with every other one, and often moves the phone more. So a
 * cadence is told by the four first harmonics of its stride together, and not by the strongest alone.
 */

/** What was felt at `at_ms`: the length of the acceleration, gravity in it or not, m/s². */
export interface Felt {
  readonly at_ms: number;
  readonly length: number;
}

/** Steps a minute that are looked for: from a slow walk to a sprint. */
export const [SLOWEST, FASTEST] = [75, 200] as const;
/** Long enough to tell one step a minute from the next, short enough to follow a change. */
export const WINDOW_MS = 8_000;
const RATE = 25;
/** A longer silence of the sensor begins anew. */
const GAP_MS = 1_000;
/** Less is a phone that lies, or a person who stands, m/s² around the mean. */
const STILL = 0.5;
/** Of what moves the phone, so much has to be of the steps. */
const CLEAR = 0.4;
/** Who runs is thrown about so much, m/s²; a walk of half as many steps is not. */
const RUNNING = 3.5;
/** As near to the best an octave is looked at too. */
const ALIKE = 0.35;

/** What was felt of late, with the newest: as much as the detector looks at. */
export function feel(before: readonly Felt[], newest: Felt): readonly Felt[] {
  const last_ms = before.at(-1)?.at_ms ?? newest.at_ms;
  if (newest.at_ms <= last_ms && before.length > 0) return before;
  if (newest.at_ms - last_ms > GAP_MS) return [newest];
  return [...before.filter(({ at_ms }) => newest.at_ms - at_ms <= WINDOW_MS), newest];
}

/** Steps a minute; null before a window is full, and where nobody steps. */
export function cadenceOf(felt: readonly Felt[]): number | null {
  const [first, last] = [felt[0], felt.at(-1)];
  if (!first || !last || last.at_ms - first.at_ms < WINDOW_MS * 0.9) return null;
  const moves = evenly(felt, first.at_ms, last.at_ms);
  const strength = Math.sqrt(mean(moves.map((move) => move * move)));
  if (strength < STILL) return null;
  const spectrum = new Spectrum(moves);
  const scores = Array.from({ length: FASTEST - SLOWEST + 1 }, (_, index) => spectrum.stride(SLOWEST + index));
  const best = bestOf(scores, strength);
  return (scores[best - SLOWEST] ?? 0) < CLEAR ? null : best;
}

/** The strongest; of two that are an octave apart, the faster for who runs and the slower for who walks. */
function bestOf(scores: readonly number[], strength: number): number {
  const scoreOf = (cadence: number) => scores[cadence - SLOWEST] ?? 0;
  const peak = (from: number, to: number) => {
    let found = Math.max(SLOWEST, from);
    for (let each = found; each <= Math.min(FASTEST, to); each += 1) if (scoreOf(each) > scoreOf(found)) found = each;
    return found;
  };
  const best = peak(SLOWEST, FASTEST);
  const isRun = strength >= RUNNING;
  const other = isRun ? best * 2 : best / 2;
  if (other < SLOWEST || other > FASTEST) return best;
  const near = peak(Math.round(other) - 3, Math.round(other) + 3);
  return scoreOf(near) >= ALIKE * scoreOf(best) ? near : best;
}

/** How strongly moves repeat at a rate, as a share of all that moves. */
class Spectrum {
  private readonly windowed: readonly number[];
  private readonly all: number;

  constructor(moves: readonly number[]) {
    const length = moves.length;
    this.windowed = moves.map((move, index) => move * (0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (length - 1))));
    this.all = this.windowed.reduce((sum, move) => sum + move * move, 0) || 1;
  }

  /** The first four harmonics of the stride whose steps come so often a minute. */
  stride(cadence: number): number {
    return [0.5, 1, 1.5, 2].reduce((sum, times) => sum + this.power(cadence * times), 0);
  }

  private power(a_minute: number): number {
    const turn = (2 * Math.PI * a_minute) / 60 / RATE;
    let [real, imaginary] = [0, 0];
    for (const [index, move] of this.windowed.entries()) {
      real += move * Math.cos(turn * index);
      imaginary += move * Math.sin(turn * index);
    }
    // A pure tone under this window yields a third of it: so a pure tone's share is 1.
    return (3 * (real * real + imaginary * imaginary)) / (this.all * this.windowed.length);
  }
}

/** `RATE` times a second, linear between what was felt, around the mean. */
function evenly(felt: readonly Felt[], from_ms: number, to_ms: number): readonly number[] {
  const moves: number[] = [];
  let next = 1;
  for (let at_ms = from_ms; at_ms <= to_ms; at_ms += 1000 / RATE) {
    while (next < felt.length - 1 && (felt[next]?.at_ms ?? 0) < at_ms) next += 1;
    const [left, right] = [felt[next - 1], felt[next]];
    if (!left || !right) break;
    const share = (at_ms - left.at_ms) / (right.at_ms - left.at_ms);
    moves.push(left.length + (right.length - left.length) * share);
  }
  const middle = mean(moves);
  return moves.map((move) => move - middle);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
