/** All that is heard in a recording: its tempo, its beats, its loudness, and where its music is. */
import { type Beat, findBeat } from "./beat";
import { beatsOf } from "./grid";
import { loudnessOf } from "./loudness";
import { SAMPLE_RATE, onsetsOf } from "./onsets";
import type { Sound } from "./sound";

export interface Hearing {
  /** Null where none is found. */
  readonly beat: Beat | null;
  readonly sound: Sound;
}

/** What is listened to, samples a second: a multiple of the detector's. */
export const HEARD_RATE = 24_000;
/** Intros and endings say little of a tempo, where there is enough between them. */
const STRETCH_SECONDS = 90;
/** Of the largest sample: 46 dB below it is silence. */
const SILENT = 0.005;
/** Room before the first sound, so that no attack is cut. */
const MARGIN_SECONDS = 0.02;

/** Listens to a recording, `HEARD_RATE` samples a second of each channel. */
export function hear(channels: readonly Float32Array[]): Hearing {
  const samples = halved(mixed(channels));
  const stretch = Math.min(samples.length, STRETCH_SECONDS * SAMPLE_RATE);
  const from = Math.floor((samples.length - stretch) / 2);
  const beat = findBeat(samples.subarray(from, from + stretch));
  const peak = channels.reduce((most, channel) => largest(channel, most), 0);
  return {
    beat,
    sound: {
      beats: beat ? beatsOf(onsetsOf(samples), beat.tempo) : [],
      ...soundOf(channels, peak),
      loudness: loudnessOf(channels, HEARD_RATE),
      peak,
    },
  };
}

function mixed(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), second] = channels;
  return second ? first.map((sample, index) => (sample + (second[index] ?? 0)) / 2) : first;
}

/** A windowed sinc that lets through a half of what there is: half as many samples do. */
const TAPS = 31;
const HALF_BAND = Float64Array.from({ length: TAPS }, (_, tap) => {
  const place = tap - (TAPS - 1) / 2;
  const sinc = place === 0 ? 0.5 : Math.sin((Math.PI * place) / 2) / (Math.PI * place);
  return sinc * (0.5 - 0.5 * Math.cos((2 * Math.PI * (tap + 1)) / (TAPS + 1)));
});

/** Every second sample, without what is too high for so few. */
function halved(samples: Float32Array): Float32Array {
  const before = (TAPS - 1) / 2;
  return Float32Array.from({ length: Math.floor(samples.length / 2) }, (_, index) => {
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap += 1) {
      sum += (HALF_BAND[tap] ?? 0) * (samples[index * 2 + tap - before] ?? 0);
    }
    return sum;
  });
}

/** Where the first channel that sounds begins, and the last one ends. */
function soundOf(channels: readonly Float32Array[], peak: number): Pick<Sound, "begins" | "ends"> {
  const isHeard = (sample: number) => Math.abs(sample) > SILENT * peak;
  const firsts = channels.map((channel) => channel.findIndex(isHeard)).filter((index) => index >= 0);
  const lasts = channels.map((channel) => channel.findLastIndex(isHeard));
  const length = channels[0]?.length ?? 0;
  const begins = firsts.length > 0 ? Math.min(...firsts) / HEARD_RATE - MARGIN_SECONDS : 0;
  const ends = firsts.length > 0 ? (Math.max(...lasts) + 1) / HEARD_RATE : length / HEARD_RATE;
  return { begins: Math.max(0, begins), ends };
}

function largest(channel: Float32Array, most: number): number {
  return channel.reduce((top, sample) => Math.max(top, Math.abs(sample)), most);
}
