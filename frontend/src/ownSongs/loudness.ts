/** How loud a recording is: integrated loudness by ITU-R BS.1770-4, gated, as EBU R 128 has it. */

/** A second-order filter: five numbers, the feedback with its sign turned. */
interface Biquad {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

const BLOCK_SECONDS = 0.4;
/** Of a block: each overlaps the next by three quarters. */
const STEPS_IN_BLOCK = 4;
/** LUFS: what is quieter counts as silence. */
const ABSOLUTE_GATE = -70;
/** LU below the loudness of what is left: what is quieter does not count either. */
const RELATIVE_GATE = -10;
/** So that a sine of 997 Hz at full scale in one channel reads -3.01. */
const OFFSET = -0.691;

/** LUFS of channels of equal length, mono or left and right; null where nothing is above the gates. */
export function loudnessOf(channels: readonly Float32Array[], sample_rate: number): number | null {
  const powers = blockPowers(channels, sample_rate);
  const loud = powers.filter((power) => lufs(power) > ABSOLUTE_GATE);
  if (loud.length === 0) return null;
  const gate = lufs(mean(loud)) + RELATIVE_GATE;
  return lufs(mean(loud.filter((power) => lufs(power) > gate)));
}

function lufs(power: number): number {
  return OFFSET + 10 * Math.log10(power);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The weighted power of each block, channels added up. */
function blockPowers(channels: readonly Float32Array[], sample_rate: number): readonly number[] {
  const step = Math.round((BLOCK_SECONDS / STEPS_IN_BLOCK) * sample_rate);
  const steps = new Float64Array(Math.floor((channels[0]?.length ?? 0) / step));
  for (const channel of channels) addPowers(channel, sample_rate, step, steps);
  return Array.from({ length: Math.max(0, steps.length - STEPS_IN_BLOCK + 1) }, (_, first) => {
    const sum = steps.subarray(first, first + STEPS_IN_BLOCK).reduce((total, power) => total + power, 0);
    return sum / (STEPS_IN_BLOCK * step);
  });
}

/** Adds the sum of the squares of each step, K-weighted. */
function addPowers(channel: Float32Array, sample_rate: number, step: number, powers: Float64Array): void {
  const filters = [shelf(sample_rate), highPass(sample_rate)].map(running);
  for (let index = 0; index < powers.length * step; index += 1) {
    const value = filters.reduce((each, filter) => filter(each), channel[index] ?? 0);
    const number = Math.floor(index / step);
    powers[number] = (powers[number] ?? 0) + value * value;
  }
}

function running({ b: [b0, b1, b2], a: [a1, a2] }: Biquad): (value: number) => number {
  let [first, second] = [0, 0];
  return (value) => {
    const out = b0 * value + first;
    first = b1 * value - a1 * out + second;
    second = b2 * value - a2 * out;
    return out;
  };
}

/**
 * The two filters of K-weighting at any sample rate: the analogue ones of which BS.1770 gives the
 * coefficients at 48,000, as libebur128 and pyloudnorm derive them.
 */
function shelf(sample_rate: number): Biquad {
  const [hertz, decibels, q] = [1681.974450955533, 3.999843853973347, 0.7071752369554196];
  const k = Math.tan((Math.PI * hertz) / sample_rate);
  const high = 10 ** (decibels / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b: [
      (high + (band * k) / q + k * k) / a0,
      (2 * (k * k - high)) / a0,
      (high - (band * k) / q + k * k) / a0,
    ],
    a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  };
}

function highPass(sample_rate: number): Biquad {
  const [hertz, q] = [38.13547087602444, 0.5003270373238773];
  const k = Math.tan((Math.PI * hertz) / sample_rate);
  const a0 = 1 + k / q + k * k;
  return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0] };
}
