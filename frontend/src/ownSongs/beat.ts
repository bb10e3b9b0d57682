/**
 * The tempo of music by ear: how often what is played comes again, and which of its octaves is felt.
 * The same detector as `catalog/beat.py`, which says where its numbers come from: events/beats.json
 * holds them equal.
 */
import { FRAMES_A_SECOND, onsetsOf, sumOf } from "./onsets";

/** What was heard: beats a minute, and how likely it is that a listener taps within 4 % of it. */
export interface Beat {
  readonly tempo: number;
  /** From 0 to 1. */
  readonly confidence: number;
  /** Where that is less than `SURE`: what else is likely, mostly half or double. */
  readonly other: number | null;
}

/** Frames after which music may come again. */
const LONGEST = 900;
const LIKELIEST = 115;
const SPREAD_OCTAVES = 0.7;
const SLOWEST = 45;
const FASTEST = 205;
const RATIOS = [1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3];
/** Beats after which music, and its drums, may be alike: by how much tells a beat from another. */
const LAGS = [1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 3 / 2, 2, 3, 4];
const MUSIC_WEIGHTS = [1.18, -1.65, 4.5, -2.11, 2.52, -1.32, 0.66, 1.13, 0.96];
const DRUM_WEIGHTS = [-4.61, -1.22, -0.81, -1.24, 2.04, -1.8, -1.6, 1.71, 5.09];
const OCTAVES = 0.87;
const OCTAVES_SQUARED = -1.78;
export const SURE = 0.75;
/** On average: a held tone, in which nothing begins, stays below. */
const LEAST_ONSETS = 0.1;
/** Of four beats with the next four: noise and silence stay below. */
const LEAST_LIKENESS = 0.08;
/** Tempi from 40 to 250, each 1 % faster than the one before. */
const GRID = Array.from({ length: Math.ceil(Math.log(250 / 40) / 0.01) }, (_, index) =>
  Math.exp(Math.log(40) + index * 0.01),
);

/** The beat in mono samples, 12,000 a second; null where nothing comes again, as in silence. */
export function findBeat(samples: Float32Array): Beat | null {
  const onsets = onsetsOf(samples);
  if (sumOf(onsets.music) < LEAST_ONSETS * onsets.music.length || onsets.music.length < 2) return null;
  const music = autocorrelation(onsets.music);
  const drums = autocorrelation(onsets.drums);
  const scored = candidates(music)
    .map((tempo) => ({ tempo, score: score(tempo, music, drums) }))
    .sort((a, b) => b.score - a.score);
  const [best, next] = scored;
  if (!best) return null;
  const all = scored.reduce((sum, { score }) => sum + Math.exp(score - best.score), 0);
  const confidence = 1 / all;
  return {
    tempo: exact(best.tempo, music),
    confidence: Math.round(confidence * 100) / 100,
    other: next && confidence < SURE ? exact(next.tempo, music) : null,
  };
}

/** How much of it comes again after each number of frames: 1 for all, 0 for as much as chance. */
function autocorrelation(onsets: Float64Array): Float64Array {
  const chance = (sumOf(onsets) / onsets.length) ** 2;
  const whole = product(onsets, 0) - chance;
  return Float64Array.from({ length: LONGEST }, (_, lag) =>
    lag < onsets.length ? (product(onsets, lag) - chance) / (whole + 1e-12) : 0,
  );
}

function product(onsets: Float64Array, lag: number): number {
  const count = onsets.length - lag;
  let sum = 0;
  for (let frame = 0; frame < count; frame += 1) {
    sum += (onsets[frame] ?? 0) * (onsets[frame + lag] ?? 0);
  }
  return sum / count;
}

function at(alike: Float64Array, lag: number): number {
  const whole = Math.min(Math.floor(lag), LONGEST - 2);
  const part = lag - whole;
  return (alike[whole] ?? 0) * (1 - part) + (alike[whole + 1] ?? 0) * part;
}

/** How much comes again after each of so many beats, on average. */
function again(alike: Float64Array, tempo: number, count: number): number {
  const beat = (60 * FRAMES_A_SECOND) / tempo;
  let sum = 0;
  for (let number = 1; number <= count; number += 1) sum += at(alike, number * beat);
  return sum / count;
}

/** What comes again most, and what may be felt with it; none where nothing does. */
function candidates(music: Float64Array): readonly number[] {
  const best = largest(GRID, (tempo) => {
    const octaves = Math.log2(tempo / LIKELIEST) / SPREAD_OCTAVES;
    return Math.max(0, again(music, tempo, 4)) * Math.exp(-0.5 * octaves ** 2);
  });
  if (again(music, best, 4) < LEAST_LIKENESS) return [];
  return RATIOS.map((ratio) => best * ratio).filter((tempo) => tempo >= SLOWEST && tempo <= FASTEST);
}

function score(tempo: number, music: Float64Array, drums: Float64Array): number {
  const octaves = Math.log2(tempo / LIKELIEST);
  const beat = (60 * FRAMES_A_SECOND) / tempo;
  const near = (alike: Float64Array, lag: number) =>
    Math.max(...[-1, 0, 1].map((by) => at(alike, lag * beat + by)));
  return LAGS.reduce(
    (sum, lag, index) =>
      sum +
      (MUSIC_WEIGHTS[index] ?? 0) * near(music, lag) +
      (DRUM_WEIGHTS[index] ?? 0) * near(drums, lag),
    OCTAVES * octaves + OCTAVES_SQUARED * octaves ** 2,
  );
}

/** The tempo within 2 % after which most comes again over as many beats as are at hand. */
function exact(tempo: number, music: Float64Array): number {
  const near = Array.from({ length: 81 }, (_, index) => tempo * (0.98 + index * 0.0005));
  const longest = (60 * FRAMES_A_SECOND) / (tempo * 0.98);
  const count = Math.max(1, Math.min(8, Math.floor((LONGEST - 2) / longest)));
  return Math.round(largest(near, (each) => again(music, each, count)) * 10) / 10;
}

function largest(values: readonly number[], of: (value: number) => number): number {
  const found = values.map((value) => ({ value, size: of(value) }));
  return found.reduce((best, each) => (each.size > best.size ? each : best)).value;
}
