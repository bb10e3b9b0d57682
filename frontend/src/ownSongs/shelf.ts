/** One's own music as it is kept in this browser: what it is called, and the files themselves. */
import { type UseStore, clear, createStore, entries, get, keys, set, setMany } from "idb-keyval";

import type { OwnSong } from "../wire/messages";
import type { Sound } from "./sound";

export interface ShelfSong extends OwnSong {
  readonly tempo_from: "tag" | "detected";
  /** What the tempo is else, where the detector is not sure: mostly double or half. */
  readonly other_tempo?: number | null;
  /** What was heard in its recording; null where the browser could not listen. */
  readonly sound?: Sound | null;
  /** Whether the server said that the person's library has it. */
  readonly in_library: boolean;
}

/** The two stores of a shelf in this browser's IndexedDB. */
export interface Boards {
  readonly songs: UseStore;
  readonly files: UseStore;
}

/** The boards of `user`: who shares the browser does not share the music. */
export function boardsOf(user: string): Boards {
  return {
    songs: createStore(`tempofit-songs-${user}`, "songs"),
    files: createStore(`tempofit-files-${user}`, "files"),
  };
}

/** Songs and files, in memory what the browser cannot store; its listeners hear every change. */
export class Shelf {
  private known: ReadonlyMap<string, ShelfSong> = new Map();
  private list: readonly ShelfSong[] = [];
  private stored: ReadonlySet<string> = new Set();
  private loading: Promise<string> | undefined;
  private readonly held = new Map<string, Blob>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly boards: Boards) {}

  /** The same list until something changes, in the order of titles. */
  readonly songs = (): readonly ShelfSong[] => this.list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  /** Reads once what an earlier visit left; answers a sentence where the browser does not let it. */
  load(): Promise<string> {
    return (this.loading ??= this.read());
  }

  private async read(): Promise<string> {
    try {
      const [songs, files] = await Promise.all([
        entries<string, ShelfSong>(this.boards.songs),
        keys<string>(this.boards.files),
      ]);
      this.stored = new Set([...this.stored, ...files]);
      this.know([...songs.map(([, song]) => song), ...this.known.values()]);
      return "";
    } catch {
      return "This browser does not let the page keep music, so it is forgotten when the page is closed.";
    }
  }

  /** Whether the file of the song is at hand. */
  has(id: string): boolean {
    return this.known.has(id) && (this.stored.has(id) || this.held.has(id));
  }

  /** Keeps a song; answers a sentence where it stays only until the page is closed. */
  async add(song: ShelfSong, file: Blob): Promise<string> {
    this.held.set(song.id, file);
    this.know([song]);
    try {
      await set(song.id, file, this.boards.files);
      await set(song.id, song, this.boards.songs);
    } catch (error) {
      await set(song.id, song, this.boards.songs).catch(leaveIt);
      return whyNotKept(song, error);
    }
    this.held.delete(song.id);
    this.stored = new Set([...this.stored, song.id]);
    return "";
  }

  /** Notes that the person's library has these. */
  async markInLibrary(ids: readonly string[]): Promise<void> {
    const songs = ids.flatMap((id) => this.known.get(id) ?? []);
    const marked = songs.map((song) => ({ ...song, in_library: true }));
    this.know(marked);
    await setMany(marked.map((song) => [song.id, song]), this.boards.songs).catch(leaveIt);
  }

  /** Takes the other tempo for the song's, and keeps the first as the other; the song, if it has one. */
  async turnTempo(id: string): Promise<ShelfSong | null> {
    const song = this.known.get(id);
    if (!song?.other_tempo) return null;
    const turned = { ...song, tempo: song.other_tempo, other_tempo: song.tempo, in_library: false };
    this.know([turned]);
    await set(id, turned, this.boards.songs).catch(leaveIt);
    return turned;
  }

  /** The file of a song; null where it is not in this browser. */
  async file(id: string): Promise<Blob | null> {
    const held = this.held.get(id);
    if (held || !this.stored.has(id)) return held ?? null;
    return (await get<Blob>(id, this.boards.files).catch(leaveIt)) ?? null;
  }

  /** What was heard in the recording of a song; null where nobody listened to it. */
  sound(id: string): Sound | null {
    return this.known.get(id)?.sound ?? null;
  }

  /** Throws all of it away. */
  async clear(): Promise<void> {
    this.held.clear();
    this.stored = new Set();
    this.known = new Map();
    this.know([]);
    await Promise.all([clear(this.boards.songs), clear(this.boards.files)]).catch(leaveIt);
  }

  private know(songs: readonly ShelfSong[]): void {
    this.known = new Map([...this.known, ...songs.map((song) => [song.id, song] as const)]);
    this.list = [...this.known.values()].sort((a, b) => a.title.localeCompare(b.title));
    for (const listener of this.listeners) listener();
  }
}

function whyNotKept({ title }: OwnSong, error: unknown): string {
  const full = error instanceof Error && error.name === "QuotaExceededError";
  const why = full ? "there is no room left for it in this browser" : "this browser does not keep it";
  return `“${title}” plays until the page is closed: ${why}.`;
}

/** A browser that does not store has said so already: the music in memory plays on. */
function leaveIt(): undefined {}
