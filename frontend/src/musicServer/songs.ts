/** Songs as a music server tells them, and as they are kept. */
import { GENRE_LETTERS, SONG_SECONDS, TEXT_LETTERS } from "../wire/limits";
import type { Sound } from "../ownSongs/sound";
import type { OwnSong } from "../wire/messages";
import { isTempo } from "../workout/opinion";
import type { Answer } from "./answers";

/** A song of a music server; its recording stays there. */
export interface ServerSong {
  readonly id: string;
  /** What the server calls it. */
  readonly server_id: string;
  readonly title: string;
  readonly artist: string;
  readonly genre: string | null;
  /** Beats a minute; null until it is known. */
  readonly tempo: number | null;
  readonly tempo_from: "server" | "detected" | null;
  /** What was heard in its recording; null where that could not be, none until it was tried. */
  readonly sound?: Sound | null;
  /** Null where the server does not tell. */
  readonly duration_seconds: number | null;
  readonly bytes: number | null;
  readonly starred: boolean;
  /** Whether the person's library said that it has it. */
  readonly in_library: boolean;
  /** Why it cannot be used, as a sentence; else empty. */
  readonly refused: string;
}

/** What the server tells of one song; null where it is none, as a video, or nothing that can be streamed. */
export async function songOf(address: string, told: Answer): Promise<ServerSong | null> {
  const server_id = told["id"];
  const isSong = typeof server_id === "string" || typeof server_id === "number";
  if (!isSong || told["isDir"] === true || told["isVideo"] === true) return null;
  const tempo = number(told["bpm"]);
  const known = tempo !== null && isTempo(tempo) ? round(tempo) : null;
  const duration = number(told["duration"]);
  return {
    id: await idOf(address, String(server_id)),
    server_id: String(server_id),
    title: cut(text(told["title"]) ?? "Without a title", TEXT_LETTERS),
    artist: cut(text(told["artist"]) ?? text(told["displayArtist"]) ?? "Unknown artist", TEXT_LETTERS),
    genre: cut(text(told["genre"]) ?? "", GENRE_LETTERS) || null,
    tempo: known,
    tempo_from: known === null ? null : "server",
    duration_seconds: duration,
    bytes: number(told["size"]),
    starred: text(told["starred"]) !== null,
    in_library: false,
    refused: duration !== null && !isLength(duration) ? "Too short or too long." : "",
  };
}

/** The song as the server of the workout is told of it; null while that cannot be. */
export function ownSong({ id, title, artist, genre, tempo, duration_seconds, refused }: ServerSong): OwnSong | null {
  if (tempo === null || duration_seconds === null || refused) return null;
  return { id, title, artist, tempo, duration_seconds, genre };
}

/** What must be heard once before it can be chosen. */
export function isUnheard(song: ServerSong): boolean {
  return !song.refused && ownSong(song) === null;
}

/** What was found out about a song before is known of it again; what changed goes to the library anew. */
export function merged(before: ServerSong | undefined, told: ServerSong): ServerSong {
  if (!before) return told;
  const known = told.tempo === null ? { tempo: before.tempo, tempo_from: before.tempo_from } : {};
  const song: ServerSong = {
    ...told,
    ...known,
    duration_seconds: told.duration_seconds ?? before.duration_seconds,
    ...(before.sound === undefined ? {} : { sound: before.sound }),
    refused: told.refused || (told.tempo === null ? before.refused : ""),
  };
  const same = JSON.stringify(ownSong(song)) === JSON.stringify(ownSong(before));
  return { ...song, in_library: before.in_library && same };
}

/** At most `room` songs: what is starred first, then what has a tempo, then some of all, the same each time. */
export function chosen(songs: readonly ServerSong[], room: number): readonly ServerSong[] {
  if (songs.length <= room) return songs;
  const rank = ({ starred, tempo, id }: ServerSong) => `${starred ? 0 : 1}${tempo === null ? 1 : 0}${id}`;
  const ranked = songs.map((song) => ({ song, rank: rank(song) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return ranked.slice(0, Math.max(0, room)).map(({ song }) => song);
}

export function isLength(seconds: number): boolean {
  return seconds >= SONG_SECONDS.low && seconds <= SONG_SECONDS.high;
}

/** Hashed, so that it is as long as may be, and says nothing of the server to anybody. */
async function idOf(address: string, server_id: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${address}\n${server_id}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `s-${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() ? value.trim() : null;
}

/** 0 is what a server says of what it does not know. */
function number(value: unknown): number | null {
  const read = typeof value === "string" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) && read > 0 ? read : null;
}

/** Counted as the server does, by code points. */
function cut(value: string, letters: number): string {
  return Array.from(value).slice(0, letters).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
