/** When the page asks how the workout stands: while something is missing, or somebody follows another device. */
import { isWaiting } from "../workout/asked";
import { workoutTime } from "../workout/clock";
import { type State, isMeasuring } from "./store";

/** As often as somebody needs to see a heart rate that another device sends. */
export const FOLLOW_EVERY_MS = 2_500;
/** After so long something is missing, and not only on its way. */
export const FIRST_AFTER_MS = 2_000;
export const LAST_AFTER_MS = 30_000;
/** The next song comes within the 10 s before; of a steady heart its reason is told 5 s before. */
export const SONG_LATE_MS = 4_000;
/** The first one comes as soon as the first heart rates are averaged. */
export const FIRST_SONG_MS = 3_000;

export type Missing = "arrivals" | "start" | "wish" | "song";

/** What was asked last, and what is missing since when; on the wall. */
export interface Asked {
  readonly asked_ms: number;
  readonly missing: Missing | null;
  readonly missing_ms: number;
}

export const NOT_ASKED: Asked = { asked_ms: -Infinity, missing: null, missing_ms: -Infinity };

/** What is known of the samples that were sent. */
interface Sent {
  readonly isHeld: boolean;
  readonly isStarting: boolean;
  isUntold(now_ms: number): boolean;
}

/** What the server has not told although it should have, or might have; null where nothing is missing. */
export function missing(state: State, sent: Sent, now_ms: number): Missing | null {
  if (sent.isHeld || sent.isUntold(now_ms)) return "arrivals";
  if (sent.isStarting) return "start";
  if ([state.skip, state.change, state.rate].some((wish) => isWaiting(wish, now_ms))) return "wish";
  return isSongLate(state, now_ms) ? "song" : null;
}

/** Of a heart rate that this device measures; others look for themselves. */
function isSongLate(state: State, now_ms: number): boolean {
  const at_ms = workoutTime(state.arrivals, now_ms);
  if (at_ms === null || !isMeasuring(state, now_ms)) return false;
  const ends_ms = state.songs.at(-1)?.ends_at_ms;
  const first_ms = (state.session ?? Infinity) + FIRST_SONG_MS;
  return at_ms >= (ends_ms === undefined ? first_ms : ends_ms - SONG_LATE_MS);
}

/** `before`, and what is missing now. */
export function noticed(before: Asked, what: Missing | null, now_ms: number): Asked {
  return what === before.missing ? before : { ...before, missing: what, missing_ms: now_ms };
}

export function asked(before: Asked, now_ms: number): Asked {
  return { ...before, asked_ms: now_ms };
}

/**
 * Whether to ask now: 2, 4, 8, 16 and then every 30 s after what is missing was noticed, or asked
 * for; and whoever follows another device as often as they need to see.
 */
export function isToAsk(before: Asked, isFollowing: boolean, now_ms: number): boolean {
  if (isFollowing && now_ms - before.asked_ms >= FOLLOW_EVERY_MS) return true;
  if (before.missing === null) return false;
  const in_vain_ms = Math.max(0, before.asked_ms - before.missing_ms);
  const wait_ms = Math.min(LAST_AFTER_MS, FIRST_AFTER_MS + in_vain_ms);
  return now_ms - Math.max(before.asked_ms, before.missing_ms) >= wait_ms;
}
