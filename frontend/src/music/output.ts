/** The way to the loudspeakers: nothing on it clips, and what is below its limit passes as it is. */

/** Decibels below full scale from which a song's peaks are held back, and what the node then adds to all. */
const LIMIT = -6;
const RATIO = 20;
/** By the Web Audio specification: the gain of full scale, inverted, to the power of 0.6. */
const MAKE_UP = -0.6 * LIMIT * (1 - 1 / RATIO);
const ATTACK_SECONDS = 0.002;
const RELEASE_SECONDS = 0.1;
/** Of full scale: up to here as it is, from here rounded off to `LARGEST`, for peaks too short to be held back. */
const STRAIGHT = 0.8;
const LARGEST = 0.98;
/** How far above full scale it is still rounded. */
const REACH = 2;
const CURVE_POINTS = 2_049;

/** Where music goes in, at the volume that is its gain. */
export function outputOf(context: AudioContext): GainNode {
  const volume = context.createGain();
  const room = context.createGain();
  const limiter = context.createDynamicsCompressor();
  const reach = context.createGain();
  const rounded = context.createWaveShaper();
  room.gain.value = 10 ** (-MAKE_UP / 20);
  limiter.threshold.value = LIMIT;
  limiter.knee.value = 0;
  limiter.ratio.value = RATIO;
  limiter.attack.value = ATTACK_SECONDS;
  limiter.release.value = RELEASE_SECONDS;
  reach.gain.value = 1 / REACH;
  rounded.curve = Float32Array.from({ length: CURVE_POINTS }, (_, index) =>
    roundOff(REACH * ((2 * index) / (CURVE_POINTS - 1) - 1)),
  );
  volume.connect(room);
  room.connect(limiter);
  limiter.connect(reach);
  reach.connect(rounded);
  rounded.connect(context.destination);
  return volume;
}

function roundOff(value: number): number {
  const size = Math.abs(value);
  if (size <= STRAIGHT) return value;
  const left = LARGEST - STRAIGHT;
  return Math.sign(value) * (STRAIGHT + left * Math.tanh((size - STRAIGHT) / left));
}
