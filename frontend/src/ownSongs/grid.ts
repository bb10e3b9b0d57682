/** When each beat of a recording falls, once its tempo is known (Ellis 2007, by dynamic programming). */
import { ATTACK_SECONDS, FRAMES_A_SECOND, type Onsets, sumOf } from "./onsets";

/** How much a beat that comes early or late costs, against how strong its onset is. */
const TIGHTNESS = 100;
const BEATS_IN_BAR = 4;
/** Beats around each one of which a straight line tells when it falls: onsets are 10 ms apart. */
const AROUND = 4;

/** Seconds of each beat, at `tempo` or near it; from the first on every fourth begins a bar. */
export function beatsOf({ music, kicks }: Pick<Onsets, "music" | "kicks">, tempo: number): readonly number[] {
  const frames = tracked(music, (60 * FRAMES_A_SECOND) / tempo);
  const bar = downbeat(frames, kicks);
  return straightened(frames)
    .slice(bar)
    .map((frame) => round(frame / FRAMES_A_SECOND + ATTACK_SECONDS));
}

/** The frames, one `period` after the other as nearly as may be, on which most begins. */
function tracked(onsets: Float64Array, period: number): readonly number[] {
  const scale = deviation(onsets);
  const best = new Float64Array(onsets.length);
  const before = new Int32Array(onsets.length).fill(-1);
  const costs = Array.from({ length: Math.round(period * 2) + 1 }, (_, lag) => TIGHTNESS * Math.log(lag / period) ** 2);
  for (let frame = 0; frame < onsets.length; frame += 1) {
    let most = 0;
    for (let lag = Math.round(period / 2); lag < costs.length && lag <= frame; lag += 1) {
      const score = (best[frame - lag] ?? 0) - (costs[lag] ?? 0);
      if (score <= most) continue;
      most = score;
      before[frame] = frame - lag;
    }
    best[frame] = (onsets[frame] ?? 0) / scale + most;
  }
  return traced(best, before, period);
}

/** Back from the best end. */
function traced(best: Float64Array, before: Int32Array, period: number): readonly number[] {
  const from = Math.max(0, best.length - Math.round(period));
  let frame = from + best.subarray(from).reduce((top, value, index, all) => (value > (all[top] ?? 0) ? index : top), 0);
  const frames: number[] = [];
  for (; frame >= 0; frame = before[frame] ?? -1) frames.push(frame);
  return frames.reverse();
}

/** Each where the line through those around it has it. */
function straightened(frames: readonly number[]): readonly number[] {
  return frames.map((_, index) => {
    const low = Math.max(0, Math.min(index - AROUND, frames.length - 2 * AROUND - 1));
    const near = frames.slice(low, low + 2 * AROUND + 1);
    const middle = (near.length - 1) / 2;
    const mean = near.reduce((total, frame) => total + frame, 0) / near.length;
    const slope =
      near.reduce((total, frame, place) => total + (place - middle) * (frame - mean), 0) /
      near.reduce((total, _each, place) => total + (place - middle) ** 2, 0);
    return near.length < 2 ? mean : mean + slope * (index - low - middle);
  });
}

/** The first beat of a bar among the first four: where the kicks are, as the one has most of them. */
function downbeat(frames: readonly number[], kicks: Float64Array): number {
  const strengths = Array.from({ length: BEATS_IN_BAR }, (_, first) =>
    frames.reduce((total, frame, index) => {
      return index % BEATS_IN_BAR === first ? total + (kicks[frame] ?? 0) : total;
    }, 0),
  );
  return strengths.reduce((best, strength, index) => (strength > (strengths[best] ?? 0) * 1.05 ? index : best), 0);
}

function deviation(values: Float64Array): number {
  const mean = sumOf(values) / values.length;
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length) || 1;
}

/** To a millisecond: there are some thousand in a song. */
function round(seconds: number): number {
  return Math.max(0, Math.round(seconds * 1000) / 1000);
}
