/** From a file that was picked to a song of one's own. */
import { GENRE_LETTERS, SONG_SECONDS, TEMPO, TEXT_LETTERS } from "../wire/limits";
import type { OwnSong } from "../wire/messages";
import { isTempo } from "../workout/opinion";
import type { ShelfSong } from "./shelf";
import type { Tags } from "./tags";

/** A file that cannot be used; `message` says which and why, as a sentence. */
export class UnusableFile extends Error {}

/** What tells about files: `tags.ts` and `detect.ts` in the page. */
export interface Ears {
  tagsOf(file: Blob): Promise<Tags>;
  playableSeconds(file: Blob, cancel: AbortSignal): Promise<number>;
  detectTempo(file: Blob): Promise<number>;
}

/** Of each end of a file, for its identity: tags and music, without reading the whole. */
const END_BYTES = 64 * 1024;

/** The song that `file` holds; throws `UnusableFile`, and anything once `cancel` is given. */
export async function readSong(
  id: string,
  file: File,
  ears: Ears,
  cancel: AbortSignal,
): Promise<ShelfSong> {
  cancel.throwIfAborted();
  const playable = await ears.playableSeconds(file, cancel).catch(() => null);
  cancel.throwIfAborted();
  if (playable === null) {
    throw new UnusableFile(`${file.name} is no music that this browser can read.`);
  }
  const tags = await ears.tagsOf(file);
  cancel.throwIfAborted();
  const duration_seconds = tags.duration_seconds ?? playable;
  checkLength(file.name, duration_seconds);
  const tagged = tags.tempo !== null && isTempo(tags.tempo) ? tags.tempo : null;
  const song: OwnSong = {
    id,
    title: cut(tags.title ?? withoutEnding(file.name), TEXT_LETTERS),
    artist: cut(tags.artist ?? "Unknown artist", TEXT_LETTERS),
    tempo: round(tagged ?? (await detected(file, ears))),
    duration_seconds: round(duration_seconds),
    genre: tags.genre && cut(tags.genre, GENRE_LETTERS),
  };
  return { ...song, tempo_from: tagged === null ? "detected" : "tag", in_library: false };
}

/** The same for the same file, whatever it is called: its size and both ends tell. */
export async function idOf(file: Blob): Promise<string> {
  const ends = new Blob([
    `${file.size}:`,
    file.slice(0, END_BYTES),
    file.slice(Math.max(END_BYTES, file.size - END_BYTES)),
  ]);
  const hash = await crypto.subtle.digest("SHA-256", await ends.arrayBuffer());
  return `f-${Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function detected(file: File, ears: Ears): Promise<number> {
  const tempo = await ears.detectTempo(file).catch(() => null);
  if (tempo !== null && isTempo(tempo)) return tempo;
  throw new UnusableFile(
    `In ${file.name} no beat was found, and it has no tag with a tempo from ${TEMPO.low} to ` +
      `${TEMPO.high}. Write its tempo into the tag “BPM” with a music player and choose it again.`,
  );
}

function checkLength(name: string, seconds: number): void {
  if (seconds >= SONG_SECONDS.low && seconds <= SONG_SECONDS.high) return;
  if (!Number.isFinite(seconds)) throw new UnusableFile(`${name} does not say how long it is.`);
  throw new UnusableFile(
    `${name} is ${lengthWords(seconds)} long. ` +
      `Songs here last from ${lengthWords(SONG_SECONDS.low)} to ${lengthWords(SONG_SECONDS.high)}.`,
  );
}

function lengthWords(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
}

/** "Artist - Title.mp3" → "Artist - Title". */
function withoutEnding(name: string): string {
  return name.replace(/\.[^.]+$/, "") || name;
}

/** Counted as the server does, by code points. */
function cut(text: string, letters: number): string {
  return Array.from(text).slice(0, letters).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
