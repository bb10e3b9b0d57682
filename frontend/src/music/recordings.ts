/** Where the recordings of songs come from: the files of this browser, and a music server. */
import type { Shelf } from "../ownSongs/shelf";
import type { Sound } from "../ownSongs/sound";

export interface Recording {
  readonly file: Blob;
  /** Null where nobody listened to it. */
  readonly sound: Sound | null;
}

/** A server that streams: `musicServer/server.ts`, which is loaded only for who has one. */
export interface Streaming {
  subscribe(listener: () => void): () => void;
  /** Null while it is not here. */
  recording(id: string): Recording | null;
  /** Loads what plays and what comes next. */
  expect(ids: readonly string[]): void;
  /** How it stands with a song of the server's, in a sentence; empty for any other. */
  about(id: string): string;
}

export class Recordings {
  private streaming: Streaming | null = null;
  private newest: object = {};
  private readonly listeners = new Set<() => void>();

  constructor(private readonly shelf: Shelf) {
    shelf.subscribe(this.changed);
  }

  /** Another object after each change. */
  version(): object {
    return this.newest;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  /** Has a server stream as well; returns what ends that. */
  join(streaming: Streaming): () => void {
    this.streaming = streaming;
    const end = streaming.subscribe(this.changed);
    this.changed();
    return () => {
      end();
      this.streaming = null;
      this.changed();
    };
  }

  /** The recording of a song; null where there is none, or none yet. */
  async recording(id: string): Promise<Recording | null> {
    const streamed = this.streaming?.recording(id);
    if (streamed) return streamed;
    const file = await this.shelf.file(id);
    return file && { file, sound: this.shelf.sound(id) };
  }

  expect(ids: readonly string[]): void {
    this.streaming?.expect(ids);
  }

  about(id: string): string {
    return this.streaming?.about(id) ?? "";
  }

  private readonly changed = (): void => {
    this.newest = {};
    for (const listener of this.listeners) listener();
  };
}
