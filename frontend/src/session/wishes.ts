/** What the athlete wishes: asked of the server, and what it says is in force. */
import { type Asked, isAnswer } from "../workout/asked";
import type { Opinion, ServerMessage, Settings, SongPush, Workout } from "../wire/messages";

export type Change = Asked<{ settings: Settings }>;
export type Rate = Asked<{ song_id: string; opinion: Opinion }>;

export interface Wishes {
  /** What is in force, as the server said last; null before it said so. */
  readonly settings: Settings | null;
  /** What the athlete chose for a session that does not run yet; null where they did not. */
  readonly chosen: Settings | null;
  /** What the server keeps of songs, by their ids, as far as this page was told. */
  readonly opinions: ReadonlyMap<string, Opinion>;
  readonly change: Change;
  readonly rate: Rate;
}

type Answer<Type extends ServerMessage["type"]> = ServerMessage & { readonly type: Type };

export const NO_WISHES: Wishes = {
  settings: null,
  chosen: null,
  opinions: new Map(),
  change: { phase: "none" },
  rate: { phase: "none" },
};

/** The server says that these settings are in force from now on. */
export function changed<T extends Wishes>(state: T, answer: Answer<"changed">, now_ms: number): T {
  const { settings } = answer;
  return isAnswer(state.change, answer)
    ? withChange(state, settings, now_ms)
    : { ...state, settings };
}

/** The athlete chose these settings before a session runs: it begins with them. */
export function begun<T extends Wishes>(state: T, settings: Settings, now_ms: number): T {
  return { ...withChange(state, settings, now_ms), chosen: settings };
}

function withChange<T extends Wishes>(state: T, settings: Settings, now_ms: number): T {
  return { ...state, settings, change: { phase: "taken", settings, at_ms: now_ms } };
}

/** The server says that it keeps this opinion. */
export function rated<T extends Wishes>(state: T, answer: Answer<"rated">, now_ms: number): T {
  const { song_id, opinion } = answer;
  return isAnswer(state.rate, answer)
    ? withRate(state, song_id, opinion, now_ms)
    : { ...state, opinions: withEntry(state.opinions, song_id, opinion) };
}

function withRate<T extends Wishes>(
  state: T,
  song_id: string,
  opinion: Opinion,
  now_ms: number,
): T {
  const rate: Rate = { phase: "taken", song_id, opinion, at_ms: now_ms };
  return { ...state, opinions: withEntry(state.opinions, song_id, opinion), rate };
}

/** The server tells the session so far, which may be older than its last answer to a wish. */
export function toldWishes<T extends Wishes>(state: T, told: Workout, now_ms: number): T {
  return told.songs.reduce(
    (before, song) => toldOpinion(before, song, now_ms),
    toldSettings(state, told, now_ms),
  );
}

/** Without a session the server tells what the next begins with, not what was chosen here for it. */
function toldSettings<T extends Wishes>(state: T, told: Workout, now_ms: number): T {
  const { change, chosen } = state;
  const { session, settings } = told;
  if (session === null && chosen) return state;
  const here = { ...state, chosen: null };
  if (change.phase === "asked" && isSame(change.settings, settings)) {
    return withChange(here, settings, now_ms);
  }
  return isJustTaken(change, now_ms) && !chosen ? here : { ...here, settings };
}

/** A song comes with the opinion that the server keeps of it. */
export function toldOpinion<T extends Wishes>(
  state: T,
  { song, opinion }: SongPush,
  now_ms: number,
): T {
  const { rate, opinions } = state;
  const isRated = (rate.phase === "asked" || rate.phase === "taken") && rate.song_id === song.id;
  if (isRated && rate.phase === "asked" && isSame(rate.opinion, opinion)) {
    return withRate(state, song.id, opinion, now_ms);
  }
  if (isRated && isJustTaken(rate, now_ms)) return state;
  if (isSame(opinions.get(song.id), opinion)) return state;
  return { ...state, opinions: withEntry(opinions, song.id, opinion) };
}

/** Until then, an answer to a poll may have left the server before the wish came there. */
const SETTLED_AFTER_MS = 10_000;

function isJustTaken(asked: Change | Rate, now_ms: number): boolean {
  return asked.phase === "taken" && now_ms - asked.at_ms < SETTLED_AFTER_MS;
}

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
