/** When samples are worth a message. */
import type { Sample } from "../wire/messages";

const FLUSH_EVERY_MS = 10_000;
export const STEADY_EVERY_MS = 15_000;
/** Beats a minute away from what the server knows: worth a message of its own. */
const JUMP = 8;
/** `LEAD_SECONDS` of the server: the first average from then on asks for the next song. */
const BEFORE_END_MS = 10_000;
/** `EMIT_EVERY_SECONDS` of the server, which makes no average sooner after the last. */
const AVERAGE_EVERY_MS = 5_000;
/** Twice the noise of a heart that works evenly (Hunt 2015: about 2 beats a minute). */
const STEADY_WITHIN = 4;
/** How much of the stretch must be known before it may be called steady. */
const KNOWN_MS = STEADY_EVERY_MS - 2_000;
/** A replay brings up to sixty samples a second: together they fit into one message. */
const AT_MOST_EVERY_MS = 700;

/** What a decision to send rests on. */
export interface Pending {
  /** On the wall. */
  readonly flushed_ms: number;
  /** The newest sample that was sent; null before the first. */
  readonly sent: Sample | null;
  /** Oldest first. */
  readonly recent: readonly Sample[];
  readonly song_ends_ms: readonly number[];
  /** Whether the last message left something behind, as after an outage. */
  readonly behind: boolean;
}

/** Whether what is unsent should go now; a replay, whose samples come faster, goes more often. */
export function isDue(pending: Pending, now_ms: number): boolean {
  const { flushed_ms, sent, recent, song_ends_ms, behind } = pending;
  const life_ms = now_ms - flushed_ms;
  if (life_ms < AT_MOST_EVERY_MS) return false;
  if (behind) return true;
  const patience_ms = isSteady(recent) ? STEADY_EVERY_MS : FLUSH_EVERY_MS;
  if (life_ms >= patience_ms) return true;
  const newest = recent.at(-1);
  if (!newest || !sent) return false;
  const since_ms = newest[0] - sent[0];
  return (
    since_ms >= patience_ms ||
    Math.abs(newest[1] - sent[1]) > JUMP ||
    (since_ms >= AVERAGE_EVERY_MS &&
      song_ends_ms.some((end) => sent[0] < end - BEFORE_END_MS && end - BEFORE_END_MS <= newest[0]))
  );
}

/** Whether the heart rate has hardly moved for as long as a steady one is kept back. */
function isSteady(recent: readonly Sample[]): boolean {
  const [first, last] = [recent[0], recent.at(-1)];
  if (!first || !last || last[0] - first[0] < KNOWN_MS) return false;
  const heart_rates = recent.map(([, heart_rate]) => heart_rate);
  return Math.max(...heart_rates) - Math.min(...heart_rates) <= STEADY_WITHIN;
}
