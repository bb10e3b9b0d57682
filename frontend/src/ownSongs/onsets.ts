/** When something begins to sound: how much louder each moment is than the one before. */

export const SAMPLE_RATE = 12_000;
export const FRAMES_A_SECOND = 100;
const HOP = SAMPLE_RATE / FRAMES_A_SECOND;
const WINDOW = 512;
/** Of the bands, in bins of 23.4 Hz: an octave each. */
const EDGES = [0, 3, 5, 9, 17, 34, 68, 135, 257] as const;
const BANDS = EDGES.length - 1;
/** The lower ones, to 800 Hz: kick and snare without hi-hats. */
const DRUM_BANDS = 5;
/** The lowest, to 117 Hz: a kick without its snare. */
const KICK_BANDS = 2;
/** How long after its start a frame has the attack that makes its onset the strongest: where its window falls off. */
export const ATTACK_SECONDS = (0.75 * WINDOW) / SAMPLE_RATE;
/** Frames in which an onset is compared with those around it: half a second. */
const AROUND = FRAMES_A_SECOND / 2;

export interface Onsets {
  readonly music: Float64Array;
  readonly drums: Float64Array;
  readonly kicks: Float64Array;
}

/** The onsets in mono samples, 12,000 a second, in frames of 10 ms: of all bands, the drums', and the kick's. */
export function onsetsOf(samples: Float32Array): Onsets {
  const count = Math.max(0, Math.floor((samples.length - WINDOW) / HOP) + 1);
  const bands = bandsOf(samples, count);
  const mean = bands.reduce((sum, band) => sum + sumOf(band), 0) / (count * BANDS || 1);
  const music = new Float64Array(count);
  const drums = new Float64Array(count);
  const kicks = new Float64Array(count);
  bands.forEach((band, index) => {
    above(louder(band, mean)).forEach((onset, frame) => {
      music[frame] = (music[frame] ?? 0) + onset;
      if (index < DRUM_BANDS) drums[frame] = (drums[frame] ?? 0) + onset;
      if (index < KICK_BANDS) kicks[frame] = (kicks[frame] ?? 0) + onset;
    });
  });
  return { music, drums, kicks };
}

export function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function louder(band: Float64Array, mean: number): Float64Array {
  const loud = band.map((value) => Math.log1p((10 * value) / (mean + 1e-9)));
  return loud.map((value, frame) => Math.max(0, value - (loud[frame - 1] ?? value)));
}

/** What is left of onsets above the mean of half a second. */
function above(onsets: Float64Array): Float64Array {
  const sums = new Float64Array(onsets.length + 1);
  onsets.forEach((onset, frame) => (sums[frame + 1] = (sums[frame] ?? 0) + onset));
  return onsets.map((onset, frame) => {
    const low = sums[Math.max(0, frame - AROUND / 2)] ?? 0;
    const high = sums[Math.min(onsets.length, frame + AROUND / 2)] ?? 0;
    return Math.max(0, onset - (high - low) / AROUND);
  });
}

/** How strong each band is in each frame. */
function bandsOf(samples: Float32Array, count: number): readonly Float64Array[] {
  const bands = Array.from({ length: BANDS }, () => new Float64Array(count));
  const hann = Float64Array.from(
    { length: WINDOW },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (WINDOW - 1)),
  );
  const real = new Float64Array(WINDOW);
  const imaginary = new Float64Array(WINDOW);
  for (let frame = 0; frame < count; frame += 1) {
    for (let index = 0; index < WINDOW; index += 1) {
      real[index] = (samples[frame * HOP + index] ?? 0) * (hann[index] ?? 0);
    }
    imaginary.fill(0);
    transform(real, imaginary);
    bands.forEach((band, number) => {
      let sum = 0;
      for (let bin = EDGES[number] ?? 0; bin < (EDGES[number + 1] ?? 0); bin += 1) {
        sum += Math.sqrt((real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2);
      }
      band[frame] = sum;
    });
  }
  return bands;
}

/** The fast Fourier transform of `WINDOW` numbers, in place (Cooley and Tukey, radix 2). */
function transform(real: Float64Array, imaginary: Float64Array): void {
  reorder(real);
  for (let size = 2; size <= WINDOW; size *= 2) {
    const half = size / 2;
    for (let step = 0; step < half; step += 1) {
      const cos = COSINES[(step * WINDOW) / size] ?? 0;
      const sin = -(SINES[(step * WINDOW) / size] ?? 0);
      for (let even = step; even < WINDOW; even += size) {
        const odd = even + half;
        const re = (real[odd] ?? 0) * cos - (imaginary[odd] ?? 0) * sin;
        const im = (real[odd] ?? 0) * sin + (imaginary[odd] ?? 0) * cos;
        real[odd] = (real[even] ?? 0) - re;
        imaginary[odd] = (imaginary[even] ?? 0) - im;
        real[even] = (real[even] ?? 0) + re;
        imaginary[even] = (imaginary[even] ?? 0) + im;
      }
    }
  }
}

const TURNS = Array.from({ length: WINDOW / 2 }, (_, index) => (2 * Math.PI * index) / WINDOW);
const COSINES = Float64Array.from(TURNS, Math.cos);
const SINES = Float64Array.from(TURNS, Math.sin);

/** Each number goes where its place, read from its last bit to its first, says. */
function reorder(values: Float64Array): void {
  for (let index = 1, place = 0; index < WINDOW; index += 1) {
    let bit = WINDOW / 2;
    for (; place & bit; bit /= 2) place ^= bit;
    place ^= bit;
    if (index < place) {
      const value = values[index] ?? 0;
      values[index] = values[place] ?? 0;
      values[place] = value;
    }
  }
}
