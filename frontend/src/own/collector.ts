/** Brings songs into one's own library: a message at a time, each until it is answered. */
import { ANSWER_WITHIN_MS } from "../workout/asked";
import { type Batch, batches } from "./batches";
import { type ClientMessage, type OwnSong, type ServerMessage, collect } from "../wire/messages";

/** How many songs the server put into the library, and how many it took out. */
export interface Collected {
  readonly kept: number;
  readonly removed: number;
}

/** Called when the server has taken a part. */
export type OnTaken = (batch: Batch) => void;

interface Task {
  readonly batches: readonly Batch[];
  readonly onTaken: OnTaken;
  readonly resolve: (collected: Collected) => void;
  readonly reject: (error: Error) => void;
  readonly collected: Collected;
}

/** Answers get lost only with a connection, so a server that says nothing so often will not. */
const TRIES = 3;

/** Sends what it was given in its order; nothing is lost with a connection. */
export class Collector {
  private tasks: readonly Task[] = [];
  /** On its way over this connection. */
  private sent = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `send` answers whether there was a connection. */
  constructor(private readonly send: (message: ClientMessage) => boolean) {}

  /** Resolves when the server has taken all; rejects with its sentence when it refused a part. */
  collect(
    songs: readonly OwnSong[],
    remove: readonly string[],
    onTaken: OnTaken,
  ): Promise<Collected> {
    return new Promise((resolve, reject) => {
      const collected = { kept: 0, removed: 0 };
      const task = { batches: batches(songs, remove), onTaken, resolve, reject, collected };
      this.tasks = [...this.tasks, task];
      this.next();
    });
  }

  /** The connection is new: what was on its way goes again, which changes nothing twice. */
  resume(): void {
    this.sent = false;
    this.tries = 0;
    this.next();
  }

  /** The server said something; `isOurs` tells whether an error can only be for this. */
  onMessage(message: ServerMessage, isOurs: boolean): void {
    if (!this.sent) return;
    if (message.type === "songs") this.taken(message);
    else if (isOurs && (message.type === "error" || message.type === "refused")) {
      this.refused(message.message);
    }
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
      task.resolve(task.collected);
      this.next();
      return;
    }
    this.sent = this.send(collect(batch.songs, batch.remove));
    clearTimeout(this.timer);
    if (this.sent) this.timer = setTimeout(this.late, ANSWER_WITHIN_MS);
  }

  private taken({ kept, removed }: Collected): void {
    const [task, ...others] = this.tasks;
    const [batch, ...rest] = task?.batches ?? [];
    if (!task || !batch) return;
    const before = task.collected;
    const collected = { kept: before.kept + kept, removed: before.removed + removed };
    this.tasks = [{ ...task, batches: rest, collected }, ...others];
    task.onTaken(batch);
    this.resume();
  }

  private refused(sentence: string): void {
    const [task, ...others] = this.tasks;
    this.tasks = others;
    task?.reject(new Error(sentence));
    this.resume();
  }

  private readonly late = (): void => {
    if (!this.sent) return;
    this.tries += 1;
    this.sent = false;
    if (this.tries < TRIES) this.next();
    else this.refused("The server did not answer. Try again in a while.");
  };
}
