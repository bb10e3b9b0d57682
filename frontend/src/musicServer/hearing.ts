/** Recordings of a music server, loaded whole, and what is heard in them. */
import type { Hearing } from "../ownSongs/hearing";
import { TEMPO } from "../wire/limits";
import { isTempo } from "../workout/opinion";
import { type Account, hostOf } from "./account";
import { type Loaded, megabytes, recordingOf } from "./asking";
import { type ServerSong, isLength } from "./songs";
import { ServerTrouble } from "./trouble";

/** What only a browser's own decoder can tell: `ownSongs/detect.ts` in the page. */
export interface Ears {
  playableSeconds(file: Blob, cancel: AbortSignal): Promise<number>;
  hearFile(file: Blob): Promise<Hearing>;
}

export interface Recording {
  readonly file: Blob;
  readonly seconds: number;
}

/** The server may send a smaller file than it has, and a browser may be wrong about a length. */
const WHOLE = { bytes: 0.98, seconds: 0.9 };
/** Nobody is wrong by so much. */
const HALF = 0.5;

/** The recording of a song, whole; throws a `ServerTrouble`, or anything once cancelled. */
export async function load(
  account: Account,
  song: ServerSong,
  ears: Ears,
  cancel: AbortSignal,
  onLoaded: (loaded: Loaded) => void,
): Promise<Recording> {
  const file = await recordingOf(account, song, cancel, onLoaded);
  const seconds = await ears.playableSeconds(file, cancel).catch(() => null);
  cancel.throwIfAborted();
  if (seconds === null) throw new ServerTrouble(unplayable(account, song, file), "song");
  if (isCut(song, file, seconds)) throw new ServerTrouble(cutOff(account, song, seconds), "song");
  return { file, seconds };
}

/** The song with what was heard in it: its tempo and length, or why it cannot be used. */
export async function hear(
  account: Account,
  song: ServerSong,
  ears: Ears,
  cancel: AbortSignal,
): Promise<ServerSong> {
  const { file, seconds } = await load(account, song, ears, cancel, () => undefined);
  const duration_seconds = song.duration_seconds ?? Math.round(seconds * 10) / 10;
  if (!isLength(duration_seconds)) return { ...song, duration_seconds, refused: "Too short or too long." };
  const heard = await ears.hearFile(file).catch(() => null);
  cancel.throwIfAborted();
  const sound = heard?.sound ?? null;
  if (song.tempo !== null) return { ...song, duration_seconds, sound };
  const tempo = heard?.beat?.tempo ?? null;
  if (tempo === null || !isTempo(tempo)) return { ...song, duration_seconds, refused: noBeat(song) };
  return { ...song, duration_seconds, tempo: Math.round(tempo * 10) / 10, tempo_from: "detected", sound };
}

function isCut({ bytes, duration_seconds }: ServerSong, file: Blob, seconds: number): boolean {
  if (duration_seconds === null || !Number.isFinite(seconds)) return false;
  if (seconds < HALF * duration_seconds) return true;
  return bytes !== null && file.size < WHOLE.bytes * bytes && seconds < WHOLE.seconds * duration_seconds;
}

function unplayable(account: Account, { title }: ServerSong, file: Blob): string {
  return (
    `“${title}” came as ${file.type || "a file of an unknown kind"} (${megabytes(file.size)}), which this browser cannot play: ` +
    `have ${hostOf(account)} convert it to MP3 for the app “TempoFit”.`
  );
}

function cutOff(account: Account, { title, duration_seconds }: ServerSong, seconds: number): string {
  return `“${title}” lasts ${Math.round(duration_seconds ?? 0)} s, and ${hostOf(account)} sent ${Math.round(seconds)} s of it.`;
}

function noBeat({ title }: ServerSong): string {
  return (
    `In “${title}” no beat from ${TEMPO.low} to ${TEMPO.high} was found: write its tempo into the tag “BPM” of its file, ` +
    "have the server read it, and press “Look for new songs”."
  );
}
