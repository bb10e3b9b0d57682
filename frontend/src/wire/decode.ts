/** Checks what the server sent, so that everything behind this file can trust its types. */
import { type Check, aHeartRate, aSlot, aTempo, aTime, anAnswersId, anId, someSettings } from "./limits";
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
  const message = messageOf(from);
  return from.id === undefined ? message : { ...message, id: hold(anAnswersId, from, "id", string) };
}

function messageOf(from: Fields): ServerMessage {
  switch (from.type) {
    case "song":
      return songPush(from);
    case "workout":
      return workoutMessage(from);
    case "started":
      return { type: "started", session: time(from, "session"), settings: settingsOf(from) };
    case "changed":
      return { type: "changed", settings: settingsOf(from) };
    case "rated":
      return { type: "rated", song_id: hold(anId, from, "song_id", string), opinion: opinionOf(from) };
    case "floor":
      return floorView(from);
    case "songs":
      return { type: "songs", kept: integer(from, "kept"), removed: integer(from, "removed") };
    case "skipped":
      return { type: "skipped", slot: slot(from) };
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
    session: from.session === null ? null : time(from, "session"),
    settings: settingsOf(from),
    latest: from.latest === null ? null : tracePoint(from.latest),
    trace: array(from, "trace").map(tracePoint),
    songs: array(from, "songs").map((each) => songPush(object(each, "A song"))),
    stale_after_ms: integer(from, "stale_after_ms"),
  };
}

function floorView(from: Fields): FloorView {
  return {
    type: "floor",
    floor: string(from, "floor"),
    people: array(from, "people").map((each) => floorPerson(object(each, "A person"))),
    count: integer(from, "count"),
    stale_after_ms: integer(from, "stale_after_ms"),
  };
}

function floorPerson(from: Fields): FloorPerson {
  return {
    user: string(from, "user"),
    alias: nullable(string, from, "alias"),
    session: time(from, "session"),
    latest: from.latest === null ? null : tracePoint(from.latest),
    resting_heart_rate: heartRate(from, "resting_heart_rate"),
    max_heart_rate: heartRate(from, "max_heart_rate"),
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
    ends_at_ms: time(from, "ends_at_ms"),
  };
}

function songPush(from: Fields): SongPush {
  const song = object(from.song, '"song"');
  return {
    type: "song",
    session: time(from, "session"),
    slot: slot(from),
    song: {
      id: string(song, "id"),
      title: string(song, "title"),
      artist: string(song, "artist"),
      tempo: number(song, "tempo"),
    },
    starts_at_ms: time(from, "starts_at_ms"),
    ends_at_ms: time(from, "ends_at_ms"),
    tempo_range: tempoRange(from.tempo_range),
    opinion: opinionOf(from),
    why: whyOf(object(from.why, '"why"')),
  };
}

function whyOf(from: Fields): Why {
  return {
    mode: string(from, "mode"),
    average: heartRate(from, "average"),
    target_tempo: number(from, "target_tempo"),
    tempo: number(from, "tempo"),
    octave: number(from, "octave"),
    distance: number(from, "distance"),
    decided_by: string(from, "decided_by"),
    lock: nullable(tempo, from, "lock"),
  };
}

function settingsOf(message: Fields): Settings {
  const from = object(message.settings, '"settings"');
  const settings: Settings = {
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
  return hold(someSettings, message, "settings", () => settings);
}

function phase(value: unknown): Phase {
  const from = object(value, "A phase of the plan");
  return { seconds: number(from, "seconds"), zone: number(from, "zone") };
}

function opinionOf(message: Fields): Opinion {
  const from = object(message.opinion, '"opinion"');
  return { liked: nullable(boolean, from, "liked"), tempo: nullable(tempo, from, "tempo") };
}

function tempoRange(value: unknown): SongPush["tempo_range"] {
  const [slowest, fastest, ...more] = Array.isArray(value) ? (value as unknown[]) : [];
  if (isNumber(slowest) && isNumber(fastest) && more.length === 0) return [slowest, fastest];
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
  const from = { at_ms, heart_rate, average };
  return {
    at_ms: time(from, "at_ms"),
    heart_rate: heartRate(from, "heart_rate"),
    average: heartRate(from, "average"),
  };
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

function integer(from: Fields, name: string): number {
  const value = number(from, name);
  if (Number.isInteger(value)) return value;
  throw new UnreadableMessage(`"${name}" from the server is ${quote(value)} and not whole.`);
}

function time(from: Fields, name: string): number {
  return hold(aTime, from, name, number);
}

function slot(from: Fields): number {
  return hold(aSlot, from, "slot", number);
}

function heartRate(from: Fields, name: string): number {
  return hold(aHeartRate, from, name, number);
}

function tempo(from: Fields, name: string): number {
  return hold(aTempo, from, name, number);
}

/** Reads what also keeps to a limit of the contract. */
function hold<T>(check: Check, from: Fields, name: string, read: (from: Fields, name: string) => T): T {
  const value = read(from, name);
  const wrong = check(value, name);
  if (wrong === "") return value;
  throw new UnreadableMessage(`The server sent something that cannot be read: ${wrong}`);
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
