/** From a file that was picked to a song of one's own. */
import { GENRE_LETTERS, SONG_SECONDS, TEMPO, TEXT_LETTERS } from "../wire/limits";
import type { OwnSong } from "../wire/messages";
import { isTempo } from "../workout/opinion";
import type { Hearing } from "./hearing";
import type { ShelfSong } from "./shelf";
import type { Tags } from "./tags";

/** A file that cannot be used; `message` says which and why, as a sentence. */
export class UnusableFile extends Error {}

/** What tells about files: `tags.ts` and `detect.ts` in the page. */
export interface Ears {
  tagsOf(file: Blob): Promise<Tags>;
  playableSeconds(file: Blob, cancel: AbortSignal): Promise<number>;
  hearFile(file: Blob): Promise<Hearing>;
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
  if (file.size === 0) throw new UnusableFile(`${file.name} is empty.`);
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
  const heard = await ears.hearFile(file).catch(() => null);
  const beat = tagged === null ? detected(file, heard) : null;
  const named = namedBy(file.name, tags.title !== null);
  const song: OwnSong = {
    id,
    title: cut(tags.title ?? named.title, TEXT_LETTERS),
    artist: cut(tags.artist ?? named.artist, TEXT_LETTERS),
    tempo: round(beat?.tempo ?? tagged ?? 0),
    duration_seconds: round(duration_seconds),
    genre: tags.genre && cut(tags.genre, GENRE_LETTERS),
  };
  const other_tempo = beat?.other ?? null;
  const sound = heard?.sound ?? null;
  return { ...song, tempo_from: beat ? "detected" : "tag", other_tempo, sound, in_library: false };
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

function detected(file: File, heard: Hearing | null): NonNullable<Hearing["beat"]> {
  const beat = heard?.beat ?? null;
  if (beat && isTempo(beat.tempo)) return beat;
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

const UNKNOWN_ARTIST = "Unknown artist";

/** "Artist - Title.mp3" → both, with or without the track's number; `titled` tags know the title. */
function namedBy(name: string, titled: boolean): { readonly title: string; readonly artist: string } {
  const whole = name.replace(/\.[^.]+$/, "") || name;
  const parts = (whole.includes(" ") ? whole : whole.replaceAll("_", " "))
    .split(/\s+[-–—]\s+/)
    .map((part) => part.trim())
    .filter((part) => part !== "" && !/^\d{1,3}\.?$/.test(part));
  const [first = whole, ...others] = parts;
  const artist = first.replace(/^(\d{1,3}\.\s*|[0-2]\d\s+)(?=\S)/, "");
  const title = others.at(-1);
  if (title === undefined) return { title: artist, artist: UNKNOWN_ARTIST };
  return { title, artist: titled ? UNKNOWN_ARTIST : artist };
}

/** Counted as the server does, by code points. */
function cut(text: string, letters: number): string {
  return Array.from(text).slice(0, letters).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
