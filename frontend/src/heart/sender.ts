/** Brings this device's samples to the server: in their order, each once, whatever breaks. */
import { ANSWER_WITHIN_MS } from "../workout/asked";
import type { Backlog, End } from "./backlog";
import { STEADY_EVERY_MS, isDue } from "./due";
import { MAX_SAMPLES, aHeartRate } from "../wire/limits";
import {
  type ClientMessage,
  type Sample,
  type ServerMessage,
  type Settings,
  end,
  heartRates,
  isTooMany,
  start,
} from "../wire/messages";
import { named, nextId } from "../wire/named";
import type { State } from "../session/store";

/** An hour at one a second; then the oldest go. */
export const KEPT = 3_600;
/** New ones in a message, which so has room for all that the one before may have lost. */
export const BATCH = MAX_SAMPLES / 2;
/** For so long after it was sent a sample that is not told as arrived goes with every message. */
export const REPEATED_FOR_MS = 90_000;
/** After so long without a message what is not told of the last one is lost, and no longer on its way. */
const LOST_AFTER_MS = STEADY_EVERY_MS + 5_000;
/** After this much silence the next heart rate begins another session: the server's own rule. */
export const SESSION_GAP_MS = 900_000;
const BUSY_FOR_MS = 1_000;

/** Where messages go, and what is known of the workout. */
export interface Way {
  /** Sends if there is a connection; answers whether there was. */
  send(message: ClientMessage): boolean;
  state(): Pick<State, "session" | "settings" | "chosen" | "latest" | "songs">;
}

/** A message that went out at `sent_ms` on the wall; its first new sample is of `from_ms`. */
interface Sending {
  readonly from_ms: number;
  readonly sent_ms: number;
}

/**
 * Keeps an hour of samples, and sends again what the server does not say that it has.
 *
 * Nothing answers a message that was lost on its way, behind the gateway too. A sample has arrived
 * when the server has told a time at or after it. Until then every message repeats it, before what
 * is new: a repeat costs nothing, and what is older than the server's newest sample is ignored.
 *
 * `held`: nothing goes before the first answer on this connection, which tells what arrived over
 * the last one. The server ignores what is older than its newest sample, so what is missing must
 * go first. `starting`: a session was asked for, which would forget what came before it.
 *
 * The end of a workout goes after what was measured in it, and nothing later goes before it is
 * answered: the server would count that to the same workout.
 */
export class Sender {
  private phase: "held" | "free" | "starting" = "held";
  /** Oldest first: `taken` of them by the server, then, up to `sent`, those on their way. */
  private kept: Sample[];
  private taken = 0;
  private sent = 0;
  /** The messages whose new samples are still repeated, oldest first. */
  private sendings: readonly Sending[] = [];
  private recent: Sample[] = [];
  /** When the newest sample came, on the wall. */
  private came_ms = -Infinity;
  private flushed_ms = -Infinity;
  /** Whether the last message could not hold all that was unsent. */
  private behind = false;
  private start_again_ms = Infinity;
  /** The last start, which has the same name however often it is sent. */
  private question = { at_ms: -1, id: "" };
  /** What was in force last, also at a server that forgot it. */
  private settings: Settings | null = null;
  /** Workouts whose ends the server is not known to have, oldest first. */
  private ends: readonly End[];
  private end_again_ms = -Infinity;

  constructor(
    private readonly way: Way,
    backlog: Backlog | null = null,
  ) {
    this.kept = [...(backlog?.samples ?? [])];
    this.came_ms = backlog?.came_ms ?? -Infinity;
    this.ends = backlog?.ends ?? [];
  }

  /** How many samples have not been sent. */
  get unsent(): number {
    return this.kept.length - this.sent;
  }

  /** Whether a start waits for its answer. */
  get isStarting(): boolean {
    return this.phase === "starting";
  }

  /** What this device measured, of the last hour at most; oldest first. */
  get samples(): readonly Sample[] {
    return [...this.kept];
  }

  /** What the server is not known to have. */
  get backlog(): Backlog {
    const { came_ms, ends } = this;
    return { came_ms, samples: this.kept.slice(this.untold), ...(ends.length > 0 && { ends }) };
  }

  /** Ends the workout at `at_ms`, under the name `id`, once all that was measured in it is sent. */
  end(id: string, at_ms: number, now_ms: number): void {
    this.ends = [...this.ends, { id, at_ms: Math.round(at_ms), session: this.session }];
    this.end_again_ms = -Infinity;
    this.came_ms = Math.max(this.came_ms, now_ms);
    this.flush(now_ms);
  }

  /**
   * Takes a heart rate of `at_ms`; false where there was one in this second, or a later one, or
   * where the server would refuse it, and with it all others of its message.
   */
  add(time_ms: number, heart_rate: number, now_ms: number = time_ms): boolean {
    if (aHeartRate(heart_rate, "") !== "") return false;
    const at_ms = Math.round(time_ms);
    const [newest_ms] = this.kept.at(-1) ?? [-Infinity];
    if (second(at_ms) <= second(newest_ms)) return false;
    if (at_ms - newest_ms >= SESSION_GAP_MS) this.forget(this.taken);
    const sample: Sample = [at_ms, heart_rate];
    this.recent = [...this.recent.filter(([each]) => at_ms - each < STEADY_EVERY_MS), sample];
    this.kept.push(sample);
    this.came_ms = now_ms;
    if (this.kept.length > KEPT) this.forget(1);
    this.tick(now_ms);
    return true;
  }

  /** Whether nothing goes before the server has told what arrived. */
  get isHeld(): boolean {
    return this.phase === "held";
  }

  /** Whether the last message went long ago, in this workout, and is not told as arrived. */
  isUntold(now_ms: number): boolean {
    const isLate = now_ms - this.flushed_ms >= LOST_AFTER_MS;
    return isLate && this.untold < this.sent && !this.isOver(now_ms);
  }

  /** Sends if it is time to. */
  tick(now_ms: number): void {
    if (this.phase === "starting" && now_ms >= this.start_again_ms) this.phase = "free";
    if (this.ends.length > 0) this.flush(now_ms);
    const { flushed_ms, recent, behind } = this;
    const sent = this.kept[this.sent - 1] ?? null;
    const song_ends_ms = this.way.state().songs.map((song) => song.ends_at_ms);
    if (isDue({ flushed_ms, sent, recent, song_ends_ms, behind }, now_ms)) this.flush(now_ms);
  }

  /**
   * Sends what is unsent, if it may go at all: one message, and the rest when it is due.
   *
   * What is not told goes before it: a later message that overtook a lost one would make the
   * server ignore that for good.
   */
  flush(now_ms: number): void {
    if (this.phase !== "free") return;
    const [ending] = this.ends;
    const last = ending ? this.countBefore(ending.at_ms + 1) : this.kept.length;
    if (ending && this.sent >= last) {
      this.sendEnd(ending, now_ms);
      return;
    }
    const next = this.kept[this.sent];
    if (!next) return;
    const [sent_ms] = this.kept[this.sent - 1] ?? [0];
    if (!isRunning({ ...this.way.state(), session: this.session }, sent_ms, next[0])) {
      this.start(next[0], now_ms);
      return;
    }
    const until = Math.min(this.sent + BATCH, last);
    if (!this.way.send(heartRates(this.kept.slice(this.firstOf(until, now_ms), until)))) return;
    this.sendings = [...this.sendings, { from_ms: next[0], sent_ms: now_ms }];
    this.sent = until;
    this.behind = this.unsent > 0;
    this.flushed_ms = now_ms;
  }

  /** The connection opened or went: what was sent may have been lost. */
  hold(): void {
    this.phase = "held";
  }

  /** The server said something, which the way's state shows already. */
  onMessage(message: ServerMessage, now_ms: number): void {
    this.ended(message, now_ms);
    if (message.type === "song") this.arrived(message.why.at_ms);
    if (message.type === "workout") this.told(message.latest?.at_ms ?? -Infinity, now_ms);
    else if (message.type === "refused" || isTooMany(message)) this.hold(); // perhaps samples: see what arrived
    else if (this.phase === "starting") this.answered(message, now_ms);
    const { session, settings } = this.way.state();
    if (session !== null || message.type === "changed") this.settings = settings;
  }

  /** The first sample that goes into a message of those before `until`. */
  private firstOf(until: number, now_ms: number): number {
    return Math.max(this.repeatedFrom(now_ms), this.untold, until - MAX_SAMPLES);
  }

  private repeatedFrom(now_ms: number): number {
    this.sendings = this.sendings.filter(({ sent_ms }) => now_ms - sent_ms < REPEATED_FOR_MS);
    const [oldest] = this.sendings;
    return oldest ? this.countBefore(oldest.from_ms) : this.sent;
  }

  /** How many samples have arrived, or are of before the session: those need not be told. */
  private get untold(): number {
    const { session } = this;
    return Math.max(this.taken, session === null ? 0 : this.countBefore(session));
  }

  /** The server has folded what is of `until_ms`. */
  private arrived(until_ms: number): void {
    this.taken = Math.max(this.taken, this.countBefore(until_ms + 1));
    this.sent = Math.max(this.sent, this.taken);
  }

  private told(until_ms: number, now_ms: number): void {
    if (this.phase === "held") {
      this.phase = "free";
      this.taken = Math.max(this.countBefore(until_ms + 1), this.isOver(now_ms) ? this.taken : 0);
    } else {
      this.arrived(until_ms);
      if (this.phase !== "free" || !this.isLost(now_ms)) return;
    }
    this.sent = this.untold;
    this.sendings = [];
    this.flush(now_ms);
  }

  /** Whether something is not told although no message repeats it any more. */
  private isLost(now_ms: number): boolean {
    return this.isUntold(now_ms) || this.untold < this.repeatedFrom(now_ms);
  }

  /** What arrived of a workout that is over need not go again, even if the server forgot it. */
  private isOver(now_ms: number): boolean {
    return now_ms - this.came_ms >= SESSION_GAP_MS;
  }

  private answered(message: ServerMessage, now_ms: number): void {
    if (message.id !== this.question.id) return;
    if (message.type === "started") {
      this.phase = "free";
      const [ending, ...others] = this.ends;
      if (ending) this.ends = [{ ...ending, session: message.session }, ...others];
      this.flush(now_ms);
    } else if (message.type === "error" && message.code === "busy") {
      this.start_again_ms = now_ms + BUSY_FOR_MS;
    } else if (message.type === "error" && message.code === "older_session") {
      this.hold(); // another device began one: the next answer names it
    }
  }

  private start(at_ms: number, now_ms: number): void {
    // Without settings the server would forget what the athlete chose the last time.
    const state = this.way.state();
    const settings = state.chosen ?? this.settings ?? state.settings ?? undefined;
    if (this.question.at_ms !== at_ms) this.question = { at_ms, id: nextId() };
    if (!this.way.send(named(start(at_ms, settings), this.question.id))) return;
    this.phase = "starting";
    this.start_again_ms = now_ms + ANSWER_WITHIN_MS;
  }

  /** The session that what is sent next belongs to; null where none runs, as far as is known. */
  private get session(): number | null {
    const [ending] = this.ends;
    return ending ? ending.session : this.way.state().session;
  }

  private sendEnd({ id, at_ms }: End, now_ms: number): void {
    if (now_ms < this.end_again_ms) return;
    if (this.way.send(named(end(at_ms), id))) this.end_again_ms = now_ms + ANSWER_WITHIN_MS;
  }

  /** What was measured in a workout that has ended is of no use any more, and what comes now is of another. */
  private ended(message: ServerMessage, now_ms: number): void {
    const [ending, ...others] = this.ends;
    const isAnswered = ending && isEndOf(ending, message);
    if (isAnswered) {
      this.ends = others;
      this.end_again_ms = -Infinity;
      this.settings = null;
    }
    const ended_ms = "ended_ms" in message ? (message.ended_ms ?? null) : null;
    const until_ms = Math.max(isAnswered ? ending.at_ms : -Infinity, ended_ms ?? -Infinity);
    this.forget(this.countBefore(until_ms + 1));
    if (isAnswered) this.flush(now_ms);
  }

  private countBefore(at_ms: number): number {
    const first = this.kept.findIndex(([each]) => each >= at_ms);
    return first < 0 ? this.kept.length : first;
  }

  private forget(count: number): void {
    this.kept.splice(0, count);
    this.taken = Math.max(0, this.taken - count);
    this.sent = Math.max(0, this.sent - count);
  }
}

/** Whether a sample of `at_ms`, after one of `sent_ms`, belongs to the session that is known. */
function isRunning(
  { session, latest, songs }: ReturnType<Way["state"]>,
  sent_ms: number,
  at_ms: number,
): boolean {
  if (session === null) return false;
  const last_ms = Math.max(session, sent_ms, latest?.at_ms ?? 0, songs.at(-1)?.ends_at_ms ?? 0);
  return at_ms - last_ms < SESSION_GAP_MS;
}

/** Whether the server has the end: it says so, tells of the session as ended, or has none that could end. */
function isEndOf({ id, session }: End, message: ServerMessage): boolean {
  if (message.type === "workout") return session !== null && message.session === session && message.ended_ms != null;
  if (message.id !== id) return false;
  return message.type === "ended" || (message.type === "error" && !isTooMany(message) && message.code !== "busy");
}

function second(at_ms: number): number {
  return Math.floor(at_ms / 1000);
}
