/** The words on the wire: what the page may send, and what it may receive, as in `events/`. */
import type * as wire from "./generated/types";

export type {
  FloorClass,
  FloorSong,
  History,
  Opinion,
  PastSongs,
  PastWorkout,
  Phase,
  Play,
  Settings,
  Song,
  SongPush,
  Why,
} from "./generated/types";
type Settings = wire.Settings;
type Opinion = wire.Opinion;

export type Mode = Settings["mode"];
export type PlanName = Extract<Settings["plan"], string>;
/** [epoch ms, beats a minute]. */
export type Sample = wire.HeartRateBatch["samples"][number];
/** A song of the person's own; `id` is theirs to choose, the music stays with them. */
export type OwnSong = Required<wire.OwnSong>;

/** The library under whose name everyone finds their own songs. */
export const OWN = "own";

/** What the page calls a message of its own; what answers it says so. */
export interface Named {
  readonly id?: string;
}

export type ClientMessage = Exclude<wire.Sent, wire.OwnSongs> | OwnSongs;

/** The page names both lists. */
interface OwnSongs extends wire.OwnSongs {
  readonly songs: readonly OwnSong[];
  readonly remove: readonly string[];
}

/** 1-120 samples, oldest first. */
export function heartRates(samples: readonly Sample[]): ClientMessage {
  return { action: "heartrate", samples };
}

export function start(at_ms: number, settings?: Partial<Settings>): ClientMessage {
  return settings ? { action: "start", at_ms, settings } : { action: "start", at_ms };
}

/** The whole of `settings` is in force from then on. */
export function change(settings: Settings): ClientMessage {
  return { action: "change", settings };
}

/** Replaces what was said of the song before; nulls take it back. */
export function rate(song_id: string, opinion: Opinion): ClientMessage {
  return { action: "rate", song_id, opinion };
}

export function skip(slot: number, at_ms: number): ClientMessage {
  return { action: "skip", slot, at_ms: Math.round(at_ms) };
}

/** Ends the session at `at_ms` of the workout. */
export function end(at_ms: number): ClientMessage {
  return { action: "end", at_ms: Math.round(at_ms) };
}

/** Asks for a page of the person's past workouts: the newest, or those that began before a time. */
export function historyQuery(before_ms?: number): ClientMessage {
  return before_ms === undefined ? { action: "history" } : { action: "history", before_ms };
}

/** Asks for one past workout, whole. */
export function pastQuery(session: number): ClientMessage {
  return { action: "history", session };
}

/** Asks for the session so far; the trace from `since_ms` on. A coach may name an athlete. */
export function workoutQuery(since_ms?: number, athlete?: string): ClientMessage {
  return {
    action: "workout",
    ...(since_ms === undefined ? {} : { since_ms }),
    ...(athlete === undefined ? {} : { athlete }),
  };
}

/** Asks who works out on a floor now; for coaches only. */
export function floorQuery(floor: string): ClientMessage {
  return { action: "floor", floor };
}

/** Starts a plan for everybody on a floor; null ends the one that runs. For coaches only. */
export function classPlan(floor: string, plan: Settings["plan"] | null, at_ms: number): ClientMessage {
  return { action: "class_plan", floor, plan, at_ms };
}

/** Puts songs into one's own library, and takes others out; at most 50 of each. */
export function ownSongs(songs: readonly OwnSong[], remove: readonly string[] = []): ClientMessage {
  return { action: "own_songs", songs, remove };
}

export interface TracePoint {
  readonly at_ms: number;
  readonly heart_rate: number;
  readonly average: number;
}

/** `athlete`: whose session a coach asked for; null in one's own. */
export interface Workout extends Omit<wire.Workout, "latest" | "trace"> {
  readonly latest: TracePoint | null;
  readonly trace: readonly TracePoint[];
}

/** Somebody on a floor, as far as a coach needs to know at a glance. */
export interface FloorPerson extends Omit<wire.FloorPerson, "latest"> {
  readonly latest: TracePoint | null;
}

/** Who works out on a floor: at most 200, those who came last; `count` is all of them. */
export interface FloorView extends Omit<wire.FloorView, "people"> {
  readonly people: readonly FloorPerson[];
}

/** Whether the gateway found something wrong in a message, rather than being unable to take it. */
export function isWrong(refusal: string): boolean {
  return refusal === "Bad request body" || refusal === "Invalid request body";
}

/** Whether the server closes this connection because the person has newer ones. */
export function isReplaced(message: ServerMessage): boolean {
  return message.type === "error" && message.code === "too_many_connections";
}

/** Whether the server left out a message, of this page or of another of the person, for their number. */
export function isTooMany(message: ServerMessage): boolean {
  return message.type === "error" && message.code === "too_many_messages";
}

export type ServerMessage =
  | Exclude<wire.Received, wire.Workout | wire.FloorView>
  | Workout
  | FloorView
  /** The gateway's own answer, which has no `type` on the wire. */
  | { readonly type: "refused"; readonly message: string; readonly id?: never };
