/** The songs of a music server as they are kept in this browser. */
import { clear, delMany, entries, setMany } from "idb-keyval";

import type { Boards } from "./kept";
import type { ServerSong } from "./songs";

/** In memory, and stored as far as the browser lets the page; `onChange` hears of every change. */
export class Collection {
  private known: ReadonlyMap<string, ServerSong> = new Map();
  private list: readonly ServerSong[] = [];

  constructor(
    private readonly boards: Boards,
    private readonly onChange: () => void,
  ) {}

  /** The same list until something changes, in the order of titles. */
  readonly songs = (): readonly ServerSong[] => this.list;

  find(id: string): ServerSong | undefined {
    return this.known.get(id);
  }

  /** Reads what an earlier visit left. */
  async load(): Promise<void> {
    const kept = await entries<string, ServerSong>(this.boards.songs).catch(nothing);
    this.know(new Map([...kept, ...this.known]));
  }

  /** Puts these in the place of all. */
  async replace(songs: readonly ServerSong[]): Promise<void> {
    const before = [...this.known.keys()];
    this.know(new Map(songs.map((song) => [song.id, song])));
    await delMany(before.filter((id) => !this.known.has(id)), this.boards.songs).catch(leaveIt);
    await this.store(songs);
  }

  /** Puts one in the place of what was known of it. */
  async put(song: ServerSong): Promise<void> {
    this.know(new Map([...this.known, [song.id, song]]));
    await this.store([song]);
  }

  /** Notes that the person's library has these as they are. */
  async markInLibrary(ids: readonly string[]): Promise<void> {
    const songs = ids.flatMap((id) => this.known.get(id) ?? []);
    const marked = songs.map((song) => ({ ...song, in_library: true }));
    this.know(new Map([...this.known, ...marked.map((song) => [song.id, song] as const)]));
    await this.store(marked);
  }

  async clear(): Promise<void> {
    this.know(new Map());
    await clear(this.boards.songs).catch(leaveIt);
  }

  private store(songs: readonly ServerSong[]): Promise<void> {
    return setMany(songs.map((song) => [song.id, song]), this.boards.songs).catch(leaveIt);
  }

  private know(known: ReadonlyMap<string, ServerSong>): void {
    this.known = known;
    this.list = [...known.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
    this.onChange();
  }
}

function nothing(): [] {
  return [];
}

/** What is not stored is asked for again at the next visit. */
function leaveIt(): undefined {}
