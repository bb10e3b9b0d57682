/** Checks what the server sent, so that everything behind this file can trust its types. */
import {
  type FloorPerson,
  type FloorSong,
  type FloorView,
  MODES,
  type Opinion,
  PLANS,
  type Phase,
  type ServerMessage,
  type Settings,
  type SongPush,
  type TracePoint,
  type Why,
  type Workout,
} from "./messages";

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
      return { type: "started", session: number(from, "session"), settings: settingsOf(from) };
    case "changed":
      return { type: "changed", settings: settingsOf(from) };
    case "rated":
      return { type: "rated", song_id: string(from, "song_id"), opinion: opinionOf(from) };
    case "floor":
      return floorView(from);
    case "songs":
      return { type: "songs", kept: number(from, "kept"), removed: number(from, "removed") };
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
    athlete: nullable(string, from, "athlete"),
    session: from.session === null ? null : number(from, "session"),
    settings: settingsOf(from),
    latest: from.latest === null ? null : tracePoint(from.latest),
    trace: array(from, "trace").map(tracePoint),
    songs: array(from, "songs").map((each) => songPush(object(each, "A song"))),
    stale_after_ms: number(from, "stale_after_ms"),
  };
}

function floorView(from: Fields): FloorView {
  return {
    type: "floor",
    floor: string(from, "floor"),
    people: array(from, "people").map((each) => floorPerson(object(each, "A person"))),
    count: number(from, "count"),
    stale_after_ms: number(from, "stale_after_ms"),
  };
}

function floorPerson(from: Fields): FloorPerson {
  return {
    user: string(from, "user"),
    alias: nullable(string, from, "alias"),
    session: number(from, "session"),
    latest: from.latest === null ? null : tracePoint(from.latest),
    resting_heart_rate: number(from, "resting_heart_rate"),
    max_heart_rate: number(from, "max_heart_rate"),
    song: from.song === null ? null : floorSong(object(from.song, '"song"')),
  };
}

function floorSong(from: Fields): FloorSong {
  return {
    title: string(from, "title"),
    artist: string(from, "artist"),
    tempo: number(from, "tempo"),
    target_tempo: number(from, "target_tempo"),
    distance: number(from, "distance"),
    ends_at_ms: number(from, "ends_at_ms"),
  };
}

function songPush(from: Fields): SongPush {
  const song = object(from.song, '"song"');
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
    tempo_range: tempoRange(from.tempo_range),
    opinion: opinionOf(from),
    why: whyOf(object(from.why, '"why"')),
  };
}

function whyOf(from: Fields): Why {
  const terms = object(from.terms, '"terms"');
  return {
    mode: string(from, "mode"),
    average: number(from, "average"),
    target_tempo: number(from, "target_tempo"),
    tempo: number(from, "tempo"),
    octave: number(from, "octave"),
    distance: number(from, "distance"),
    terms: Object.fromEntries(Object.keys(terms).map((name) => [name, number(terms, name)])),
    decided_by: string(from, "decided_by"),
  };
}

function settingsOf(message: Fields): Settings {
  const from = object(message.settings, '"settings"');
  return {
    mode: oneOf(MODES, from, "mode"),
    library: string(from, "library"),
    interval_seconds: number(from, "interval_seconds"),
    resting_heart_rate: number(from, "resting_heart_rate"),
    max_heart_rate: nullable(number, from, "max_heart_rate"),
    age: number(from, "age"),
    goal_zone: number(from, "goal_zone"),
    span: number(from, "span"),
    cadence: nullable(number, from, "cadence"),
    plan: Array.isArray(from.plan) ? from.plan.map(phase) : oneOf(PLANS, from, "plan"),
    lock: nullable(number, from, "lock"),
    responsive: boolean(from, "responsive"),
    genres: array(from, "genres").map((genre) => string({ genre }, "genre")),
    floor: nullable(string, from, "floor"),
    alias: nullable(string, from, "alias"),
  };
}

function phase(value: unknown): Phase {
  const from = object(value, "A phase of the plan");
  return { seconds: number(from, "seconds"), zone: number(from, "zone") };
}

function opinionOf(message: Fields): Opinion {
  const from = object(message.opinion, '"opinion"');
  return { liked: nullable(boolean, from, "liked"), tempo: nullable(number, from, "tempo") };
}

function tempoRange(value: unknown): SongPush["tempo_range"] {
  const [slowest, fastest] = Array.isArray(value) ? (value as unknown[]) : [];
  if (isNumber(slowest) && isNumber(fastest)) return [slowest, fastest];
  throw new UnreadableMessage(
    `"tempo_range" from the server is ${quote(value)} and not two tempi.`,
  );
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

function boolean(from: Fields, name: string): boolean {
  const value = from[name];
  if (typeof value === "boolean") return value;
  throw new UnreadableMessage(`"${name}" from the server is ${quote(value)} and not true or false.`);
}

function nullable<T>(read: (from: Fields, name: string) => T, from: Fields, name: string): T | null {
  return from[name] === null ? null : read(from, name);
}

function oneOf<T extends string>(known: readonly T[], from: Fields, name: string): T {
  const value = string(from, name);
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw new UnreadableMessage(
    `"${name}" from the server is ${quote(value)}, which this page does not know. Reload it to get its newest version.`,
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function quote(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
