/** Brings this device's samples to the server: in their order, each once, whatever breaks. */
import { ANSWER_WITHIN_MS } from "./asked";
import { aHeartRate } from "./limits";
import {
  type ClientMessage,
  type Sample,
  type ServerMessage,
  type TracePoint,
  heartRates,
  start,
} from "./messages";
import type { State } from "./store";

/** An hour at one a second; then the oldest go. */
export const KEPT = 3_600;
/** What one message may hold: `MAX_SAMPLES` of `events/`. */
export const BATCH = 60;
export const FLUSH_EVERY_MS = 5_000;
export const STEADY_EVERY_MS = 15_000;
/** Beats a minute away from what the server knows: worth a message of its own. */
export const JUMP = 8;
/** The next song is chosen soon after, from what is known by then. */
export const BEFORE_END_MS = 20_000;
/** Twice the noise of a heart that works evenly (Hunt 2015: about 2 beats a minute). */
const STEADY_WITHIN = 4;
/** How much of the stretch must be known before it may be called steady. */
const KNOWN_MS = STEADY_EVERY_MS - 2_000;
/** After this much silence the next heart rate begins another session: the server's own rule. */
export const SESSION_GAP_MS = 900_000;
const BUSY_FOR_MS = 1_000;

/** Where messages go, and what is known of the workout. */
export interface Way {
  /** Sends if there is a connection; answers whether there was. */
  send(message: ClientMessage): boolean;
  state(): Pick<State, "session" | "settings" | "latest" | "songs">;
}

/** What a decision to send rests on. */
export interface Pending {
  readonly flushed_ms: number;
  /** The newest heart rate that was sent; null before the first. */
  readonly sent_heart_rate: number | null;
  /** Oldest first. */
  readonly recent: readonly Sample[];
  readonly song_ends_ms: readonly number[];
}

/** Whether what is unsent should go now. */
export function isDue(pending: Pending, now_ms: number): boolean {
  const { flushed_ms, sent_heart_rate, recent, song_ends_ms } = pending;
  const [, newest] = recent.at(-1) ?? [];
  if (now_ms - flushed_ms >= (isSteady(recent) ? STEADY_EVERY_MS : FLUSH_EVERY_MS)) return true;
  const isJump =
    newest !== undefined && sent_heart_rate !== null && Math.abs(newest - sent_heart_rate) > JUMP;
  return (
    isJump ||
    song_ends_ms.some((end) => flushed_ms < end - BEFORE_END_MS && end - BEFORE_END_MS <= now_ms)
  );
}

/** Whether the heart rate has hardly moved for as long as a steady one is kept back. */
export function isSteady(recent: readonly Sample[]): boolean {
  const [first, last] = [recent[0], recent.at(-1)];
  if (!first || !last || last[0] - first[0] < KNOWN_MS) return false;
  const heart_rates = recent.map(([, heart_rate]) => heart_rate);
  return Math.max(...heart_rates) - Math.min(...heart_rates) <= STEADY_WITHIN;
}

/**
 * Keeps every sample until the server tells that it took it.
 *
 * `held`: nothing goes before the first answer on this connection, which tells what arrived over
 * the last one. The server ignores what is older than its newest sample, so what is missing must
 * go first. `starting`: a session was asked for, which would forget what came before it.
 */
export class Sender {
  private phase: "held" | "free" | "starting" = "held";
  /** Not known to be taken, oldest first; the first `sent` of them are on their way. */
  private samples: Sample[] = [];
  private sent = 0;
  private recent: Sample[] = [];
  private flushed_ms = -Infinity;
  private sent_heart_rate: number | null = null;
  private start_again_ms = Infinity;

  constructor(private readonly way: Way) {}

  /** How many samples have not been sent. */
  get unsent(): number {
    return this.samples.length - this.sent;
  }

  /**
   * Takes a heart rate of now; false where there was one in this second, or a later one, or where
   * the server would refuse it, and with it all others of its message.
   */
  add(now_ms: number, heart_rate: number): boolean {
    if (aHeartRate(heart_rate, "") !== "") return false;
    const at_ms = Math.round(now_ms);
    const before = this.recent.at(-1);
    if (before && second(at_ms) <= second(before[0])) return false;
    const sample: Sample = [at_ms, heart_rate];
    this.recent = [...this.recent.filter(([each]) => at_ms - each < STEADY_EVERY_MS), sample];
    this.samples.push(sample);
    if (this.samples.length > KEPT) this.forget(1);
    this.tick(at_ms);
    return true;
  }

  /** Sends if it is time to. */
  tick(now_ms: number): void {
    if (this.phase === "starting" && now_ms >= this.start_again_ms) this.phase = "free";
    const { flushed_ms, sent_heart_rate, recent } = this;
    const song_ends_ms = this.way.state().songs.map((song) => song.ends_at_ms);
    if (isDue({ flushed_ms, sent_heart_rate, recent, song_ends_ms }, now_ms)) this.flush(now_ms);
  }

  /** Sends what is unsent, if it may go at all. */
  flush(now_ms: number): void {
    const next = this.samples[this.sent];
    if (this.phase !== "free" || !next) return;
    if (!isRunning(this.way.state(), next[0])) {
      this.start(next[0], now_ms);
      return;
    }
    while (this.unsent > 0) {
      const batch = this.samples.slice(this.sent, this.sent + BATCH);
      if (!this.way.send(heartRates(batch))) return;
      this.sent += batch.length;
      this.sent_heart_rate = batch.at(-1)?.[1] ?? null;
    }
    this.flushed_ms = now_ms;
  }

  /** The connection opened or went: what was sent may have been lost. */
  hold(): void {
    this.phase = "held";
  }

  /** The server said something, which the way's state shows already. */
  onMessage(message: ServerMessage, now_ms: number): void {
    if (message.type === "workout") this.told(message.latest, now_ms);
    else if (message.type === "refused") this.hold(); // perhaps samples: see what arrived
    else if (this.phase === "starting") this.answered(message, now_ms);
  }

  private told(latest: TracePoint | null, now_ms: number): void {
    if (latest) this.forget(this.samples.filter(([at_ms]) => at_ms <= latest.at_ms).length);
    if (this.phase !== "held") return;
    this.phase = "free";
    this.sent = 0;
    this.flush(now_ms);
  }

  private answered(message: ServerMessage, now_ms: number): void {
    if (message.type === "started") {
      this.phase = "free";
      this.flush(now_ms);
    } else if (message.type === "error" && message.code === "busy") {
      this.start_again_ms = now_ms + BUSY_FOR_MS;
    } else if (message.type === "error" && message.code === "older_session") {
      this.hold(); // another device began one: the next answer names it
    }
  }

  private start(at_ms: number, now_ms: number): void {
    // Without settings the server would forget what the athlete chose the last time.
    if (!this.way.send(start(at_ms, this.way.state().settings ?? undefined))) return;
    this.phase = "starting";
    this.start_again_ms = now_ms + ANSWER_WITHIN_MS;
  }

  private forget(count: number): void {
    this.samples.splice(0, count);
    this.sent = Math.max(0, this.sent - count);
  }
}

/** Whether a sample of `at_ms` belongs to the session that is known. */
function isRunning({ session, latest, songs }: ReturnType<Way["state"]>, at_ms: number): boolean {
  if (session === null) return false;
  const last_ms = Math.max(session, latest?.at_ms ?? 0, songs.at(-1)?.ends_at_ms ?? 0);
  return at_ms - last_ms < SESSION_GAP_MS;
}

function second(at_ms: number): number {
  return Math.floor(at_ms / 1000);
}
