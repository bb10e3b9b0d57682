/** Brings songs into one's own library: a message at a time, each until it is answered. */
import { ANSWER_WITHIN_MS } from "../workout/asked";
import { type Batch, batches } from "./batches";
import { type ClientMessage, type OwnSong, type ServerMessage, ownSongs } from "../wire/messages";
import { named, nextId } from "../wire/named";

/** How many songs the server put into the library, and how many it took out. */
export interface Counts {
  readonly kept: number;
  readonly removed: number;
}

/** Called when the server has taken a part. */
export type OnTaken = (batch: Batch) => void;

interface Task {
  readonly batches: readonly Batch[];
  readonly onTaken: OnTaken;
  readonly resolve: (counts: Counts) => void;
  readonly reject: (error: Error) => void;
  readonly counts: Counts;
}

/** A server that is busy, or says nothing, so often will stay so. */
const TRIES = 3;
const BUSY_FOR_MS = 1_000;

/** Sends what it was given in its order; nothing is lost with a connection. */
export class OwnSongsSender {
  private tasks: readonly Task[] = [];
  /** On its way over this connection. */
  private sent = false;
  /** What the first part is called, however often it is sent: any answer to it will do. */
  private id = nextId();
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `send` answers whether there was a connection. */
  constructor(private readonly send: (message: ClientMessage) => boolean) {}

  /** Resolves when the server has taken all; rejects with its sentence when it refused a part. */
  deliver(
    songs: readonly OwnSong[],
    remove: readonly string[],
    onTaken: OnTaken,
  ): Promise<Counts> {
    return new Promise((resolve, reject) => {
      const counts = { kept: 0, removed: 0 };
      const task = { batches: batches(songs, remove), onTaken, resolve, reject, counts };
      this.tasks = [...this.tasks, task];
      this.next();
    });
  }

  /** The connection went: nothing is answered over it any more. */
  hold(): void {
    clearTimeout(this.timer);
    this.sent = false;
  }

  /** The connection is new: what was on its way goes again, which changes nothing twice. */
  resume(): void {
    this.hold();
    this.next();
  }

  /** The server said something; answers whether that was to these songs. */
  onMessage(message: ServerMessage): boolean {
    if (message.id !== this.id) return false;
    if (message.type === "own_songs_kept") this.taken(message);
    else if (message.type === "error") this.failed(message.code, message.message);
    return true;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.tasks = [];
  }

  private next(): void {
    const [task] = this.tasks;
    if (this.sent || !task) return;
    const [batch] = task.batches;
    if (!batch) {
      this.tasks = this.tasks.slice(1);
      task.resolve(task.counts);
      this.next();
      return;
    }
    clearTimeout(this.timer);
    this.sent = this.send(named(ownSongs(batch.songs, batch.remove), this.id));
    if (this.sent) this.timer = setTimeout(this.late, ANSWER_WITHIN_MS);
  }

  private taken({ kept, removed }: Counts): void {
    const [task, ...others] = this.tasks;
    const [batch, ...rest] = task?.batches ?? [];
    if (!task || !batch) return;
    const before = task.counts;
    const counts = { kept: before.kept + kept, removed: before.removed + removed };
    this.tasks = [{ ...task, batches: rest, counts }, ...others];
    task.onTaken(batch);
    this.another();
    this.resume();
  }

  private failed(code: string, sentence: string): void {
    if (code === "busy") this.busy(sentence);
    else this.refused(sentence);
  }

  private refused(sentence: string): void {
    this.giveUp(sentence);
    this.resume();
  }

  private another(): void {
    this.id = nextId();
    this.tries = 0;
  }

  private giveUp(sentence: string): void {
    const [task, ...others] = this.tasks;
    this.tasks = others;
    this.another();
    task?.reject(new Error(sentence));
  }

  private busy(sentence: string): void {
    this.hold();
    this.tries += 1;
    if (this.tries >= TRIES) {
      this.refused(sentence);
      return;
    }
    this.timer = setTimeout(() => {
      this.next();
    }, BUSY_FOR_MS);
  }

  private readonly late = (): void => {
    this.tries += 1;
    if (this.tries >= TRIES) this.giveUp("The server did not answer. Try again in a while.");
    this.resume();
  };
}
