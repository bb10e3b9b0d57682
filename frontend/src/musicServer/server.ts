/** A person's music server: connected once, its songs in their own library, its recordings streamed. */
import { clear, get, set } from "idb-keyval";

import type { Recording } from "../music/recordings";
import { type Held, hold } from "../session/held";
import type { Watch } from "../session/watch";
import { type Account, type Proof, addressOf, hostOf, tokenOf } from "./account";
import { greet, megabytes, tryStream } from "./asking";
import { Collection } from "./collection";
import { type Ears, hear } from "./hearing";
import { ACCOUNT, type Boards } from "./kept";
import { listSongs } from "./listing";
import { type ServerSong, chosen, isUnheard, merged, ownSong, songOf } from "./songs";
import { Streams } from "./streams";
import { ServerTrouble, sentenceOf } from "./trouble";

/** As the person fills it in. */
export interface Entered {
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Instead of user and password. */
  readonly key: string;
  /** Whether the password itself may be kept, for a server that knows no tokens. */
  readonly keep_password: boolean;
}

/** How it stands with the server. */
export interface Standing {
  /** Empty where none is connected. */
  readonly host: string;
  readonly user: string;
  /** What of a secret is kept; null where nothing is. */
  readonly keeps: Proof["kind"] | null;
  /** What goes on, in a sentence; empty while nothing does. */
  readonly doing: string;
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** What became of the last thing asked. */
  readonly note: string;
  /** Why it did not work; else empty. */
  readonly failure: string;
  /** What is said of single songs. */
  readonly sentences: readonly string[];
  /** Whether the server wants the password itself. */
  readonly wants_password: boolean;
}

const NONE: Standing = {
  host: "",
  user: "",
  keeps: null,
  doing: "",
  progress: null,
  note: "",
  failure: "",
  sentences: [],
  wants_password: false,
};
/** Of one person, in the whole of their own library: `MAX_SONGS` of `lambdas/adapters/own_songs.py`. */
export const MOST_OWN_SONGS = 2_000;
/** Songs that are listened to for their tempo before the person is asked again: about half a gigabyte. */
export const LISTEN_AT_ONCE = 100;
/** The library reads all of itself at each message, so songs wait for others. */
const SEND_AT_ONCE = 25;

export class MusicServer {
  readonly standing: Held<Standing, Partial<Standing>> = hold((before, now) => ({ ...before, ...now }), NONE);
  private readonly collection: Collection;
  private readonly streams: Streams;
  private readonly listeners = new Set<() => void>();
  private account: Account | null = null;
  private cancel: AbortController | null = null;
  private send: Watch["sendOwnSongs"] | null = null;
  private isSending = false;

  constructor(
    private readonly boards: Boards,
    private readonly ears: Ears,
  ) {
    this.collection = new Collection(boards, this.changed);
    this.streams = new Streams(
      () => this.account,
      (id) => this.collection.find(id),
      (song) => this.collection.put(song),
      ears,
      this.changed,
    );
  }

  readonly songs = (): readonly ServerSong[] => this.collection.songs();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  recording(id: string): Recording | null {
    return this.streams.recording(id);
  }

  expect(ids: readonly string[]): void {
    this.streams.expect(ids);
  }

  about(id: string): string {
    return this.streams.about(id);
  }

  /** Takes up what an earlier visit left, and asks the server nothing. */
  async open(): Promise<void> {
    const account = await get<Account>(ACCOUNT, this.boards.account).catch(() => undefined);
    if (account) this.use(account);
    await this.collection.load();
  }

  /** Who brings songs to the person's library; null while this page may not. */
  attach(send: Watch["sendOwnSongs"] | null): void {
    this.send = send;
    this.bring();
  }

  /** Connects, and takes as many songs as `room` says; whether the server let this page in. */
  async connect(entered: Entered, room: number): Promise<boolean> {
    let connected = false;
    await this.run("Asking the server…", async (cancel) => {
      const account = await greet(accountOf(entered), cancel);
      this.use(account);
      connected = true;
      const kept = await set(ACCOUNT, account, this.boards.account).then(
        () => "",
        () => " This browser does not let the page keep it, so the server is forgotten when the page is closed.",
      );
      await this.look(account, room, cancel);
      this.standing.dispatch({ note: `${this.standing.get().note}${kept}` });
      await this.listen(account, cancel);
    });
    return connected;
  }

  /** Lists the songs anew; what was found out about them stays. */
  refresh(room: number): Promise<void> {
    return this.with("Asking the server…", async (account, cancel) => {
      await this.look(account, room, cancel);
      await this.listen(account, cancel);
    });
  }

  /** Listens to songs whose tempo the server does not tell. */
  hearMore(): Promise<void> {
    return this.with("Listening…", (account, cancel) => this.listen(account, cancel));
  }

  /** Ends what goes on; what was reached stays. */
  stop(): void {
    this.cancel?.abort();
  }

  /** Forgets the secret at once, then takes the songs out of the library. */
  async forget(): Promise<void> {
    this.stop();
    this.streams.stop();
    this.account = null;
    this.standing.dispatch(NONE);
    await clear(this.boards.account).catch(() => undefined);
    await this.run("Taking its songs out of your library…", async () => {
      await this.takeOut(this.songs());
      await this.collection.clear();
      this.standing.dispatch({ note: "The music server is removed: its songs from your library, and all that this browser kept of it." });
    });
  }

  /** Leaves the page: nothing goes on. */
  close(): void {
    this.send = null;
    this.stop();
    this.streams.stop();
  }

  private readonly changed = (): void => {
    for (const listener of this.listeners) listener();
  };

  private use(account: Account): void {
    this.account = account;
    this.standing.dispatch({
      host: hostOf(account),
      user: account.user,
      keeps: account.proof.kind,
      wants_password: false,
    });
  }

  private with(doing: string, task: (account: Account, cancel: AbortSignal) => Promise<void>): Promise<void> {
    const { account } = this;
    return account ? this.run(doing, (cancel) => task(account, cancel)) : Promise.resolve();
  }

  private async run(doing: string, task: (cancel: AbortSignal) => Promise<void>): Promise<void> {
    this.cancel?.abort();
    const cancel = new AbortController();
    this.cancel = cancel;
    this.standing.dispatch({ doing, progress: null, note: "", failure: "", sentences: [] });
    try {
      await task(cancel.signal);
    } catch (error) {
      if (!cancel.signal.aborted) this.failed(error);
    }
    if (this.cancel !== cancel) return;
    this.cancel = null;
    this.standing.dispatch({ doing: "", progress: null });
    this.bring();
  }

  private failed(error: unknown): void {
    const wants_password = error instanceof ServerTrouble && error.kind === "token";
    this.standing.dispatch({ failure: sentenceOf(error), wants_password });
  }

  private async look(account: Account, room: number, cancel: AbortSignal): Promise<void> {
    const told: ServerSong[] = [];
    for await (const page of listSongs(account, cancel)) {
      const songs = await Promise.all(page.map((each) => songOf(account.address, each)));
      told.push(...songs.filter((song) => song !== null));
      this.standing.dispatch({ doing: `${told.length} songs listed…` });
    }
    const usable = told.filter(({ refused }) => !refused).map((song) => merged(this.collection.find(song.id), song));
    const taken = chosen(usable, room);
    const [first] = taken;
    if (!first) throw new ServerTrouble(nothingThere(account, told.length, room));
    await tryStream(account, first.server_id, cancel);
    const ids = new Set(taken.map(({ id }) => id));
    await this.takeOut(this.songs().filter(({ id }) => !ids.has(id)));
    await this.collection.replace(taken);
    this.standing.dispatch({ note: listedWords(account, told.length, usable.length, taken.length) });
    this.bring();
  }

  private async listen(account: Account, cancel: AbortSignal): Promise<void> {
    const unheard = this.songs().filter(isUnheard).slice(0, LISTEN_AT_ONCE);
    for (const [done, song] of unheard.entries()) {
      this.standing.dispatch({
        doing: `Finding the tempo of “${song.title}”…`,
        progress: { done, total: unheard.length },
      });
      await this.streams.idle();
      await this.hearOne(account, song, cancel);
      if (this.isWorthSending()) this.bring();
    }
  }

  /** One song that cannot be had keeps no other from being heard. */
  private async hearOne(account: Account, song: ServerSong, cancel: AbortSignal): Promise<void> {
    try {
      const heard = await hear(account, song, this.ears, cancel);
      await this.collection.put(heard);
      if (heard.refused) this.say(heard.refused);
    } catch (error) {
      if (cancel.aborted || !(error instanceof ServerTrouble) || error.kind !== "song") throw error;
      this.say(error.message);
    }
  }

  private say(sentence: string): void {
    this.standing.dispatch({ sentences: [...this.standing.get().sentences, sentence] });
  }

  private isWorthSending(): boolean {
    const songs = this.songs();
    const in_library = songs.filter((song) => song.in_library).length;
    return this.outside().length >= Math.min(SEND_AT_ONCE, in_library + 1);
  }

  /** What could be in the library and is not. */
  private outside(): readonly ServerSong[] {
    return this.songs().filter((song) => !song.in_library && ownSong(song) !== null);
  }

  /** Nothing waits for it: without a connection it takes as long as that is away. */
  private bring(): void {
    const songs = this.outside().flatMap((song) => ownSong(song) ?? []);
    if (!this.account || !this.send || this.isSending || songs.length === 0) return;
    this.isSending = true;
    const marked: Promise<void>[] = [];
    this.send(songs, [], (batch) => {
      marked.push(this.collection.markInLibrary(batch.songs.map(({ id }) => id)));
    })
      .then(() => Promise.all(marked))
      .then(
        () => {
          this.isSending = false;
          this.bring(); // what was heard meanwhile
        },
        (error: unknown) => {
          this.isSending = false;
          this.standing.dispatch({ failure: error instanceof Error ? error.message : String(error) });
        },
      );
  }

  private async takeOut(songs: readonly ServerSong[]): Promise<void> {
    const ids = songs.filter(({ in_library }) => in_library).map(({ id }) => id);
    if (ids.length === 0) return;
    if (!this.send) throw new ServerTrouble(NOT_YOURS);
    await this.send([], ids, () => undefined).catch((error: unknown) => {
      throw new ServerTrouble(error instanceof Error ? error.message : String(error));
    });
  }
}

const NOT_YOURS = "The songs stay in the library: only the athlete can take them out, not who watches their workout.";

/** How many megabytes listening to these loads; empty where the server does not tell. */
export function weightOf(songs: readonly ServerSong[]): string {
  const bytes = songs.reduce((sum, song) => sum + (song.bytes ?? 0), 0);
  return bytes > 0 ? megabytes(bytes) : "";
}

function accountOf({ address, user, password, key, keep_password }: Entered): Account {
  const place = addressOf(address.trim(), location.protocol);
  if (key) return { address: place, user: "", proof: { kind: "key", key }, method: "POST" };
  if (!user) throw new ServerTrouble("Enter the user that you have on the music server, or an API key of it.");
  if (!password) throw new ServerTrouble(`Enter the password of “${user}” on the music server, or an API key.`);
  const proof: Proof = keep_password ? { kind: "password", password } : tokenOf(password);
  return { address: place, user, proof, method: "POST" };
}

function nothingThere(account: Account, told: number, room: number): string {
  if (room <= 0) return `Your own library is full (${MOST_OWN_SONGS} songs): remove some of your files first.`;
  const host = hostOf(account);
  if (told > 0) return `None of the ${told} songs of ${host} lasts from 45 seconds to 15 minutes, so none can be chosen.`;
  const whom = account.user ? ` to “${account.user}”` : "";
  return `${host} shows no songs${whom}: let it scan its folders, and look whether that user may see them.`;
}

function listedWords(account: Account, told: number, usable: number, taken: number): string {
  const odd = told > usable ? ` ${told - usable} are too short or too long.` : "";
  const more =
    taken < usable
      ? ` ${taken} of them were taken, starred ones first: a library of one's own holds ${MOST_OWN_SONGS} songs, your files included.`
      : "";
  return `${told === 1 ? "1 song" : `${told} songs`} at ${hostOf(account)}.${odd}${more}`;
}
