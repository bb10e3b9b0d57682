/** Whether a detected tempo is one of beats, or of every one and a half of them. */

/** What a detector that counts intervals takes a tempo for, as they fit several beats. */
const MISTAKEN_BY = [3 / 2, 2 / 3, 4 / 3, 3 / 4];
/** Another tempo must return so much more of the music, or syncopation would win. */
const CLEARLY = 1.5;
const FRAMES_A_SECOND = 100;
/** How many beats later the music must be alike. */
const BEATS = 4;

/** `tempo`, or what it was mistaken for, from `low` to `high`, by the onsets in `samples`. */
export function steadier(
  tempo: number,
  samples: Float32Array,
  sample_rate: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  const onsets = onsetsOf(samples, sample_rate);
  const own = likeness(onsets, tempo);
  const others = MISTAKEN_BY.map((factor) => tempo * factor)
    .filter((other) => other >= low && other <= high)
    .map((other) => ({ tempo: other, likeness: likeness(onsets, other) }))
    .sort((a, b) => b.likeness - a.likeness);
  const [best] = others;
  return best && best.likeness > CLEARLY * own ? best.tempo : tempo;
}

/** By how much each frame of 10 ms is louder than the one before; quieter counts as 0. */
function onsetsOf(samples: Float32Array, sample_rate: number): Float32Array {
  const width = Math.round(sample_rate / FRAMES_A_SECOND);
  const loudness = new Float32Array(Math.floor(samples.length / width));
  for (let index = 0; index < loudness.length * width; index += 1) {
    const frame = Math.floor(index / width);
    loudness[frame] = (loudness[frame] ?? 0) + Math.abs(samples[index] ?? 0);
  }
  return loudness.map((loud, frame) => Math.max(0, loud - (loudness[frame - 1] ?? loud)));
}

/** How much of the onsets comes again one to four beats later. */
function likeness(onsets: Float32Array, tempo: number): number {
  const beat = (60 / tempo) * FRAMES_A_SECOND;
  const beats = Array.from({ length: BEATS }, (_, index) => (index + 1) * beat);
  return beats.reduce(
    (sum, lag) => sum + Math.max(...[-1, 0, 1].map((by) => again(onsets, Math.round(lag) + by))),
    0,
  );
}

function again(onsets: Float32Array, lag: number): number {
  return onsets.subarray(lag).reduce((sum, onset, frame) => sum + onset * (onsets[frame] ?? 0), 0);
}
