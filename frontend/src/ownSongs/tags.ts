/** What a music file says about itself. Loaded only when files are read: the parsers are large. */
import { parseBlob } from "music-metadata";

import { TEMPO } from "../wire/limits";

/** `null` is what the file does not say, or says wrongly. */
export interface Tags {
  readonly title: string | null;
  readonly artist: string | null;
  readonly genre: string | null;
  /** Beats a minute. */
  readonly tempo: number | null;
  readonly duration_seconds: number | null;
}

const NONE: Tags = { title: null, artist: null, genre: null, tempo: null, duration_seconds: null };

/** The tags of `file`; none where no parser knows it, as a browser may play it all the same. */
export async function tagsOf(file: Blob): Promise<Tags> {
  try {
    const { common, format, native } = await parseBlob(file, { duration: true, skipCovers: true });
    return {
      title: text(common.title),
      artist: text(common.artist),
      genre: text(common.genre?.[0]),
      tempo: tempoOf(common.bpm, Object.values(native).flat()),
      duration_seconds: number(format.duration),
    };
  } catch {
    return NONE;
  }
}

function text(value: string | undefined): string | null {
  return value?.trim() ? value.trim() : null;
}

/** A frame that says a tempo, in ID3, MP4, Vorbis comments, APE and ASF. */
const TEMPO_TAG = /(^|[:/])(f?bpm|tbpm|tmpo|tempo|beatsperminute)$/i;

/** The parser makes a number of some forms, and nothing of others, which are in the frame itself. */
function tempoOf(
  bpm: unknown,
  frames: readonly { readonly id: string; readonly value: unknown }[],
): number | null {
  const written = frames.filter(({ id }) => TEMPO_TAG.test(id)).map(({ value }) => value);
  for (const value of [...written, bpm]) {
    const tempo = tempoIn(typeof value === "string" || typeof value === "number" ? String(value) : "");
    if (tempo !== null) return tempo;
  }
  return null;
}

/**
 * Beats a minute as tags have them: `128`, `127,5`, `128 BPM`; a whole number of four digits and more
 * has lost its point, which is put back: `12593` is 125.93. Of a range it is the middle.
 */
export function tempoIn(text: string): number | null {
  const tempi = (text.match(/\d+(?:[.,]\d+)?/g) ?? []).map(inRange).filter((tempo) => tempo !== null);
  const [first = null, second] = tempi;
  const isRange = /^\D*[\d.,]+\s*[-–]\s*[\d.,]+\D*$/.test(text);
  return isRange && first !== null && second !== undefined ? (first + second) / 2 : first;
}

function inRange(digits: string): number | null {
  let value = Number(digits.replace(",", "."));
  if (/^\d{4,}$/.test(digits)) while (value > TEMPO.high) value /= 10;
  return value >= TEMPO.low && value <= TEMPO.high ? Math.round(value * 1000) / 1000 : null;
}

/** Tags are written by anything: a length may be missing, or 0 for unknown. */
function number(value: unknown): number | null {
  const read = Number(value);
  return Number.isFinite(read) && read > 0 ? read : null;
}
