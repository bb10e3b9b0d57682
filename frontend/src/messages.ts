/** The words on the wire: what the page may send, and what it may receive. Mirrors `events/`. */

export type Mode = "pulse" | "zone";

/** [epoch ms, beats a minute]. */
export type Sample = readonly [at_ms: number, heart_rate: number];

export interface Settings {
  readonly mode: Mode;
  readonly library: string;
  readonly interval_seconds: number;
  readonly resting_heart_rate: number;
  readonly max_heart_rate: number | null;
  readonly age: number;
}

export type ClientMessage =
  | { readonly action: "heartrate"; readonly samples: readonly Sample[] }
  | { readonly action: "start"; readonly at_ms: number; readonly settings?: Partial<Settings> }
  | { readonly action: "skip"; readonly slot: number; readonly at_ms: number }
  | { readonly action: "workout"; readonly since_ms?: number };

/** 1-60 samples, oldest first. */
export function heartRates(samples: readonly Sample[]): ClientMessage {
  return { action: "heartrate", samples };
}

export function start(at_ms: number, settings?: Partial<Settings>): ClientMessage {
  return settings ? { action: "start", at_ms, settings } : { action: "start", at_ms };
}

export function skip(slot: number, at_ms: number): ClientMessage {
  return { action: "skip", slot, at_ms: Math.round(at_ms) };
}

/** Asks for the session so far; the trace from `since_ms` on. */
export function workout(since_ms?: number): ClientMessage {
  return since_ms === undefined ? { action: "workout" } : { action: "workout", since_ms };
}

export interface Song {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  /** Beats a minute of the song. */
  readonly tempo: number;
}

export interface Why {
  /** `pulse` or `zone` today; a mode this page has no word for is shown as it is. */
  readonly mode: string;
  readonly average: number;
  readonly target_tempo: number;
  /** |song tempo - target tempo| / target tempo. */
  readonly distance: number;
  readonly decided_by: string;
}

export interface SongPush {
  readonly type: "song";
  readonly session: number;
  readonly slot: number;
  readonly song: Song;
  readonly starts_at_ms: number;
  readonly ends_at_ms: number;
  readonly why: Why;
}

export interface TracePoint {
  readonly at_ms: number;
  readonly heart_rate: number;
  readonly average: number;
}

export interface Workout {
  readonly type: "workout";
  readonly session: number | null;
  readonly interval_seconds: number;
  readonly latest: TracePoint | null;
  readonly trace: readonly TracePoint[];
  readonly songs: readonly SongPush[];
  readonly stale_after_ms: number;
}

export type ServerMessage =
  | SongPush
  | Workout
  | { readonly type: "started"; readonly session: number }
  | { readonly type: "skipped"; readonly slot: number }
  | { readonly type: "error"; readonly code: string; readonly message: string }
  /** The gateway's own answer, which has no `type` on the wire. */
  | { readonly type: "refused"; readonly message: string };

/** What came is not a message this page understands; `message` says why, as a sentence. */
export class UnreadableMessage extends Error {}

/** Decodes one message of the server; throws `UnreadableMessage`. */
export function decode(text: string): ServerMessage {
  const from = object(parse(text), "The message");
  switch (from.type) {
    case "song":
      return songPush(from);
    case "workout":
      return workoutMessage(from);
    case "started":
      return { type: "started", session: number(from, "session") };
    case "skipped":
      return { type: "skipped", slot: number(from, "slot") };
    case "error":
      return { type: "error", code: string(from, "code"), message: string(from, "message") };
    case undefined:
      return { type: "refused", message: string(from, "message") };
    default:
      throw new UnreadableMessage(
        `The server sent a message of unknown type ${quote(from.type)}. Reload the page to get its newest version.`,
      );
  }
}

function workoutMessage(from: Fields): Workout {
  return {
    type: "workout",
    session: from.session === null ? null : number(from, "session"),
    interval_seconds: number(object(from.settings, '"settings"'), "interval_seconds"),
    latest: from.latest === null ? null : tracePoint(from.latest),
    trace: array(from, "trace").map(tracePoint),
    songs: array(from, "songs").map((each) => songPush(object(each, "A song"))),
    stale_after_ms: number(from, "stale_after_ms"),
  };
}

function songPush(from: Fields): SongPush {
  const song = object(from.song, '"song"');
  const why = object(from.why, '"why"');
  return {
    type: "song",
    session: number(from, "session"),
    slot: number(from, "slot"),
    song: {
      id: string(song, "id"),
      title: string(song, "title"),
      artist: string(song, "artist"),
      tempo: number(song, "tempo"),
    },
    starts_at_ms: number(from, "starts_at_ms"),
    ends_at_ms: number(from, "ends_at_ms"),
    why: {
      mode: string(why, "mode"),
      average: number(why, "average"),
      target_tempo: number(why, "target_tempo"),
      distance: number(why, "distance"),
      decided_by: string(why, "decided_by"),
    },
  };
}

function tracePoint(value: unknown): TracePoint {
  const [at_ms, heart_rate, average] = Array.isArray(value) ? (value as unknown[]) : [];
  if (!isNumber(at_ms) || !isNumber(heart_rate) || !isNumber(average)) {
    throw new UnreadableMessage(
      `The server sent ${quote(value)} where a point [time, heart rate, average] should be.`,
    );
  }
  return { at_ms, heart_rate, average };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableMessage(`The server sent ${quote(text)}, which is not JSON.`);
  }
}

function object(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new UnreadableMessage(`${name} from the server is ${quote(value)} and not an object.`);
}

function array(from: Fields, name: string): readonly unknown[] {
  const value = from[name];
  if (Array.isArray(value)) return value;
  throw new UnreadableMessage(`"${name}" from the server is ${quote(value)} and not a list.`);
}

function number(from: Fields, name: string): number {
  const value = from[name];
  if (isNumber(value)) return value;
  throw new UnreadableMessage(`"${name}" from the server is ${quote(value)} and not a number.`);
}

function string(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value === "string") return value;
  throw new UnreadableMessage(`"${name}" from the server is ${quote(value)} and not text.`);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function quote(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
