import type { Backlog } from "../src/heart/backlog";
import type { ClientMessage, Named, Sample, ServerMessage, SongPush } from "../src/wire/messages";
import { Sender } from "../src/heart/sender";
import { EMPTY, type State, reduce } from "../src/session/store";
import { NOW, SETTINGS, workoutOf } from "./helpers";

/** A server as far as a sender sees it: it takes what is newer than its newest sample. */
export class FakeServer {
  open = true;
  /** Whether what is sent arrives; a broken connection takes messages for a while. */
  arrives = true;
  readonly messages: ClientMessage[] = [];
  /** Which of the batches the gateway refuses, and says so a moment later. */
  refusedBatch = 0;
  /** Whether the stream behind the gateway refuses the batch of this number, which nobody is told. */
  streamRefuses: (number: number) => boolean = () => false;
  taken: Sample[] = [];
  session: number | null = NOW;
  songs: readonly SongPush[] = [];
  settings = SETTINGS;
  state: State = EMPTY;
  now_ms = NOW;
  private refusing = false;
  readonly sender: Sender;

  constructor(backlog: Backlog | null = null) {
    const send = (message: ClientMessage) => {
      if (!this.open) return false;
      this.messages.push(message);
      const isRefused = message.action === "heartrate" && this.batches.length === this.refusedBatch;
      if (isRefused) this.refusing = true;
      else if (message.action === "heartrate" && this.reaches()) this.take(message.samples);
      return true;
    };
    this.sender = new Sender({ send, state: () => this.state }, backlog);
  }

  private reaches(): boolean {
    return this.arrives && !this.streamRefuses(this.batches.length);
  }

  private take(samples: readonly Sample[]): void {
    for (const sample of samples) {
      if (sample[0] > (this.taken.at(-1)?.[0] ?? 0)) this.taken.push(sample);
    }
  }

  says(message: ServerMessage): void {
    this.state = reduce(this.state, { kind: "message", message, now_ms: this.now_ms });
    this.sender.onMessage(message, this.now_ms);
  }

  tellsWorkout(): void {
    const [at_ms, heart_rate] = this.taken.at(-1) ?? [0, 0];
    const latest = at_ms === 0 ? null : { at_ms, heart_rate, average: heart_rate };
    const { session, songs, settings } = this;
    this.says(workoutOf({ session, songs, settings, latest }));
  }

  /** Everything is gone, as after a restart of a server that keeps nothing. */
  forgets(): void {
    this.taken = [];
    this.session = null;
    this.songs = [];
    this.settings = SETTINGS;
  }

  starts(): void {
    const last = this.messages.at(-1);
    if (last?.action !== "start") throw new Error("No session was asked for.");
    this.session = last.at_ms;
    this.settings = { ...SETTINGS, ...last.settings };
    this.says({ type: "started", session: last.at_ms, settings: this.settings, ...this.answers });
  }

  /** What an answer to the last message says that it answers. */
  get answers(): Named {
    const id = this.messages.at(-1)?.id;
    return id === undefined ? {} : { id };
  }

  opens(): void {
    this.open = this.arrives = true;
    this.sender.hold();
    this.tellsWorkout();
  }

  /** One heart rate a second. */
  beats(...heart_rates: readonly number[]): void {
    for (const heart_rate of heart_rates) {
      this.now_ms += 1000;
      this.sender.add(this.now_ms, heart_rate);
    }
  }

  /** Time passes for a heart that says nothing. */
  passes(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now_ms += 500;
      if (this.refusing) this.says({ type: "refused", message: "Too many requests" });
      this.refusing = false;
      this.now_ms += 500;
      this.sender.tick(this.now_ms);
    }
  }

  get batches(): readonly (readonly Sample[])[] {
    return this.messages.flatMap((each) => (each.action === "heartrate" ? [each.samples] : []));
  }
  /** How many samples of each message went for the first time: it repeats others before them. */
  get sizes(): readonly number[] {
    let newest_ms = 0;
    return this.batches.map((batch) => {
      const fresh = batch.filter(([at_ms]) => at_ms > newest_ms);
      newest_ms = fresh.at(-1)?.[0] ?? newest_ms;
      return fresh.length;
    });
  }
  get takenSeconds(): readonly number[] {
    return this.taken.map(([at_ms]) => (at_ms - NOW) / 1000);
  }
}

/** Heart rates that move too much to be steady, and too little for a jump. */
export function rising(count: number, from = 80): number[] {
  return Array.from({ length: count }, (_, second) => from + (second % 7));
}

export function steady(count: number): number[] {
  return new Array<number>(count).fill(120);
}

export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
