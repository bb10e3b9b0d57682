/** Loads the recordings of what plays and what comes next, and holds no others. */
import type { Recording } from "../music/recordings";
import { type Account, hostOf } from "./account";
import { type Loaded, megabytes } from "./asking";
import { type Ears, load } from "./hearing";
import type { ServerSong } from "./songs";
import { sentenceOf } from "./trouble";

type Stream =
  | { readonly phase: "loading"; readonly loaded: Loaded; readonly cancel: AbortController }
  | { readonly phase: "here"; readonly recording: Recording }
  | { readonly phase: "failed"; readonly sentence: string };

const AGAIN_MS = 15_000;
const NOTHING: Loaded = { bytes: 0, total: null };

export class Streams {
  private readonly streams = new Map<string, Stream>();
  private expected: readonly string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting: (() => void)[] = [];

  /**
   * `find` answers the song of an id that is the server's; `keep` keeps what was heard in one, and
   * `onChange` hears of every change.
   */
  constructor(
    private readonly account: () => Account | null,
    private readonly find: (id: string) => ServerSong | undefined,
    private readonly keep: (song: ServerSong) => Promise<void>,
    private readonly ears: Ears,
    private readonly onChange: () => void,
  ) {}

  /** What plays, then what comes next, is loaded in this order; all else is let go. */
  expect(ids: readonly string[]): void {
    if (ids.join() === this.expected.join()) return;
    this.expected = ids;
    for (const [id, stream] of this.streams) {
      if (ids.includes(id)) continue;
      if (stream.phase === "loading") stream.cancel.abort();
      this.streams.delete(id);
    }
    this.next();
  }

  recording(id: string): Recording | null {
    const stream = this.streams.get(id);
    return stream?.phase === "here" ? stream.recording : null;
  }

  /** How it stands with the recording of a song, in a sentence; empty where it is not the server's. */
  about(id: string): string {
    const account = this.account();
    if (!account || !this.find(id)) return "";
    const stream = this.streams.get(id);
    const host = hostOf(account);
    switch (stream?.phase) {
      case "here":
        return `Streamed from ${host}, bent to the tempo as heard; its pitch stays.`;
      case "loading":
        return `This song comes from ${host}: ${loadedWords(stream.loaded)}. Until then a sketch of it plays.`;
      case "failed":
        return `${stream.sentence} A sketch of this song plays, and its recording is asked for again in a while.`;
      case undefined:
        return `This song is at ${host}, and streams from there while the music plays.`;
    }
  }

  /** Resolves once nothing is loaded for the ears: they come first. */
  idle(): Promise<void> {
    if (!this.isLoading()) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting = [...this.waiting, resolve];
    });
  }

  /** Lets all go. */
  stop(): void {
    clearTimeout(this.timer);
    this.expect([]);
    this.streams.clear();
  }

  private isLoading(): boolean {
    return [...this.streams.values()].some(({ phase }) => phase === "loading");
  }

  /** One at a time: two at once would both come late. */
  private next(): void {
    const account = this.account();
    const id = this.expected.find((each) => !this.streams.has(each) && this.find(each));
    const song = id === undefined ? undefined : this.find(id);
    if (account && song && !this.isLoading()) void this.load(account, song);
    else if (!this.isLoading()) this.rest();
    this.onChange();
  }

  private rest(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
    const failed = this.expected.filter((id) => this.streams.get(id)?.phase === "failed");
    clearTimeout(this.timer);
    if (failed.length === 0) return;
    this.timer = setTimeout(() => {
      for (const id of failed) if (this.streams.get(id)?.phase === "failed") this.streams.delete(id);
      this.next();
    }, AGAIN_MS);
  }

  private async load(account: Account, song: ServerSong): Promise<void> {
    const cancel = new AbortController();
    const put = (stream: Stream) => {
      if (!cancel.signal.aborted) this.streams.set(song.id, stream);
    };
    put({ phase: "loading", loaded: NOTHING, cancel });
    try {
      const { file } = await load(account, song, this.ears, cancel.signal, (loaded) => {
        put({ phase: "loading", loaded, cancel });
        this.onChange();
      });
      const sound = await this.sound(song, file, cancel.signal);
      put({ phase: "here", recording: { file, sound } });
    } catch (error) {
      put({ phase: "failed", sentence: sentenceOf(error) });
    }
    this.next();
  }

  /** Listened to once, and kept. */
  private async sound(song: ServerSong, file: Blob, cancel: AbortSignal): Promise<Recording["sound"]> {
    if (song.sound !== undefined) return song.sound;
    const heard = await this.ears.hearFile(file).catch(() => null);
    const sound = heard?.sound ?? null;
    const known = this.find(song.id);
    if (known && !cancel.aborted) await this.keep({ ...known, sound });
    return sound;
  }
}

function loadedWords({ bytes, total }: Loaded): string {
  return total === null ? `${megabytes(bytes)} are here` : `${megabytes(bytes)} of ${megabytes(total)} are here`;
}
