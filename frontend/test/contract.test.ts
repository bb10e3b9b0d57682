import Ajv, { type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";

import document from "../../events/asyncapi.json?raw";
import { decode } from "../src/wire/decode";
import { BATCH } from "../src/heart/sender";
import { HeartRateBatch } from "../src/wire/generated/schemas";
import { MAX_OWN_SONGS, beyondLimits } from "../src/wire/limits";
import {
  type ClientMessage,
  type OwnSong,
  type Sample,
  type Settings,
  change,
  floorQuery,
  heartRates,
  ownSongs,
  rate,
  skip,
  start,
  workoutQuery,
} from "../src/wire/messages";
import { MODES, PLANS } from "../src/workout/modes";
import { SETTINGS, example } from "./helpers";

interface Contract {
  readonly components: { readonly messages: Record<string, { readonly payload: object }> };
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const { messages } = (JSON.parse(document) as Contract).components;
const SCHEMAS = new Map<string, ValidateFunction>(
  Object.entries(messages).map(([name, { payload }]) => [name, compile(payload)]),
);

/** Draft 4 as ajv's newer one: what `events/` uses of it means the same in both. */
function compile(payload: object): ValidateFunction {
  const text = JSON.stringify(payload);
  expect(text).not.toMatch(/"exclusiveM|"id":"|"dependencies"|"divisibleBy"/);
  const schema: Record<string, unknown> = { ...payload, $schema: undefined };
  return new Ajv({ strict: false }).compile(schema);
}

function takes(name: string, value: unknown): boolean {
  const validate = SCHEMAS.get(name);
  if (!validate) throw new Error(`The contract has no message ${name}.`);
  return validate(JSON.parse(JSON.stringify(value)));
}

const NAME_OF: Record<ClientMessage["action"], string> = {
  heartrate: "heartrate",
  start: "start",
  change: "change",
  rate: "rate",
  skip: "skip",
  end: "end",
  history: "history_query",
  workout: "workout_query",
  floor: "floor_query",
  class_plan: "class_plan",
  own_songs: "own_songs",
};

function taken(message: ClientMessage): boolean {
  return takes(NAME_OF[message.action], message);
}

function settings(changes: Partial<Settings>): ClientMessage {
  return change({ ...SETTINGS, ...changes });
}

const LAST_MS = 9_999_999_999_999;
const LONG = "x".repeat(200);
const SONG: OwnSong = {
  id: "f-1",
  title: "",
  artist: "",
  tempo: 128,
  duration_seconds: 200,
  genre: null,
};
const song = (changes: Partial<OwnSong>) => ownSongs([{ ...SONG, ...changes }]);
const phase = { seconds: 10, zone: 1 };
const sample: Sample = [1, 120];

/** What the page may say, at the ends of what it may. */
const WITHIN: readonly ClientMessage[] = [
  heartRates([sample]),
  heartRates(Array<Sample>(120).fill([LAST_MS, 230])),
  heartRates([[0, 30]]),
  start(0),
  start(LAST_MS, SETTINGS),
  start(1, { lock: 40 }),
  ...MODES.map((mode) => settings({ mode })),
  ...PLANS.map((plan) => settings({ plan })),
  settings({ plan: Array<typeof phase>(60).fill({ seconds: 14_400, zone: 5 }) }),
  settings({ plan: [phase] }),
  settings({ library: "own", floor: "a", alias: "x" }),
  settings({ floor: "a".repeat(64), alias: "🏃".repeat(40) }),
  settings({ interval_seconds: 10, age: 5, span: 0.5, goal_zone: 1, cadence: 20, lock: 40 }),
  settings({ interval_seconds: 300, age: 110, span: 2, goal_zone: 5, cadence: 250, lock: 250 }),
  settings({ resting_heart_rate: 30, max_heart_rate: 230 }),
  settings({ genres: Array<string>(20).fill("x".repeat(100)) }),
  rate("d-1", { liked: null, tempo: null }),
  rate(LONG, { liked: false, tempo: 40 }),
  rate("d-1", { liked: true, tempo: 250 }),
  skip(0, 0),
  skip(1_000_000, LAST_MS),
  workoutQuery(),
  workoutQuery(0),
  workoutQuery(LAST_MS, "ann@gym.test"),
  floorQuery("north-gym"),
  ownSongs([], []),
  ownSongs(Array<OwnSong>(MAX_OWN_SONGS).fill(SONG), Array<string>(MAX_OWN_SONGS).fill("f-1")),
  song({ id: LONG, title: LONG, artist: LONG, genre: "x".repeat(100) }),
  song({ tempo: 40, duration_seconds: 45 }),
  song({ tempo: 250, duration_seconds: 900 }),
];

const BEYOND: readonly ClientMessage[] = [
  heartRates([]),
  heartRates(Array<Sample>(121).fill(sample)),
  heartRates([[-1, 120]]),
  heartRates([[0.5, 120]]),
  heartRates([[LAST_MS + 1, 120]]),
  heartRates([[1, 29.9]]),
  heartRates([sample, [2, 230.1]]),
  heartRates([[1, NaN]]),
  start(-1),
  start(0.5),
  start(1, { lock: 39.9 }),
  settings({ interval_seconds: 9 }),
  settings({ interval_seconds: 30.5 }),
  settings({ interval_seconds: 301 }),
  settings({ resting_heart_rate: 29 }),
  settings({ max_heart_rate: 231 }),
  settings({ age: 4 }),
  settings({ age: 111 }),
  settings({ goal_zone: 0 }),
  settings({ goal_zone: 6 }),
  settings({ span: 0.4 }),
  settings({ span: 2.1 }),
  settings({ cadence: 19 }),
  settings({ cadence: 251 }),
  settings({ lock: 39 }),
  settings({ lock: 250.1 }),
  settings({ plan: [] }),
  settings({ plan: Array<typeof phase>(61).fill(phase) }),
  settings({ plan: [{ ...phase, seconds: 9 }] }),
  settings({ plan: [{ ...phase, zone: 6 }] }),
  settings({ genres: [""] }),
  settings({ genres: Array<string>(21).fill("pop") }),
  settings({ library: "" }),
  settings({ library: "My songs" }),
  settings({ floor: "-gym" }),
  settings({ floor: "gym\n" }),
  settings({ floor: "a".repeat(65) }),
  settings({ alias: "" }),
  settings({ alias: "x".repeat(41) }),
  rate("", { liked: true, tempo: null }),
  rate(`${LONG}x`, { liked: true, tempo: null }),
  rate("d-1", { liked: true, tempo: 39.9 }),
  rate("d-1", { liked: true, tempo: Infinity }),
  skip(-1, 1),
  skip(1_000_001, 1),
  skip(0.5, 1),
  skip(0, -1),
  workoutQuery(-1),
  workoutQuery(0.5),
  workoutQuery(undefined, "a b"),
  workoutQuery(undefined, "a".repeat(129)),
  floorQuery("North gym"),
  ownSongs(Array<OwnSong>(MAX_OWN_SONGS + 1).fill(SONG)),
  ownSongs([], Array<string>(MAX_OWN_SONGS + 1).fill("f-1")),
  ownSongs([], [""]),
  song({ id: "" }),
  song({ title: `${LONG}x` }),
  song({ tempo: 251 }),
  song({ duration_seconds: 44 }),
  song({ duration_seconds: 901 }),
  song({ genre: "" }),
];

describe("what the page says", () => {
  test.each(WITHIN.map((message) => [short(message), message] as const))(
    "is taken by the contract, and sent: %s",
    (_, message) => {
      expect(taken(message)).toBe(true);
      expect(beyondLimits(message)).toBe("");
    },
  );

  test.each(BEYOND.map((message) => [short(message), message] as const))(
    "is not sent where the contract refuses it, but named: %s",
    (_, message) => {
      // NaN and Infinity are null in JSON, which a tempo may be: nobody means that by them.
      if (!hasNoJson(message)) expect(taken(message)).toBe(false);
      expect(beyondLimits(message)).toMatch(/^This was not sent: .+ is .+, but must be .+\.$/);
    },
  );
});

describe("every change of one thing in what the page says", () => {
  test.each(Object.entries(NAME_OF))("%s goes out if and only if the contract takes it", (action, name) => {
    const whole = JSON.parse(example(name)) as Json;
    const all = mutations(whole).filter(({ path }) => path !== "action");
    expect(beyondLimits(whole as unknown as ClientMessage)).toBe("");
    const wrong = all.filter(({ value }) => {
      const page = beyondLimits(value as unknown as ClientMessage) === "";
      return page !== takes(name, value);
    });
    expect(all.length).toBeGreaterThan(2);
    expect(wrong.map(({ path, what }) => `${action}: ${path}: ${what}`)).toEqual([]);
  });

  test("half a message of heart rates is new, and the other half has room for the new ones before", () => {
    expect(2 * BATCH).toBe(HeartRateBatch.properties.samples.maxItems);
  });
});

const HEARD = {
  song: "song",
  started: "started",
  changed: "changed",
  rated: "rated",
  skipped: "skipped",
  workout: "workout",
  floor_view: "floor_view",
  own_songs_kept: "own_songs_kept",
  error: "error",
} as const;

/** A change to a message, and where. */
interface Mutation {
  readonly path: string;
  readonly what: string;
  readonly value: Json;
}

const STRANGERS: readonly Json[] = [null, true, -1, 0.5, 29, 231, 1e15, "", "high", "a B", [], {}];

/**
 * Where page and contract differ on purpose.
 *
 * The page is looser in what it does not read, and shows modes of tomorrow as they are. It is
 * stricter in one thing: the contract lets settings, opinions and a reason's lock be left out, as
 * who asks may do that; the server always tells all of them, and a page that guessed would show
 * wrong ones.
 */
const UNREAD = /^(songs\.\d+\.)?song\.(duration_seconds|genre|energy|year|meter)$/;
const UNREAD_WHY = /(^|\.)why\.(mode|at_ms|heart_rate|terms(\..+)?)$/;
const TOLD_WHOLE = /(^|\.)((settings|opinion)(\.[a-z_]+)?|why\.lock)$/;
const MISSES_SOME = ["left out", "{}"];
const UNKNOWN_FIELD = /(^|\.)unknown$/;
const CLOSED = /(^|\.)(settings|opinion|plan\.\d+)\.unknown$/;

function differsOnPurpose({ path, what }: Mutation, page: boolean): boolean {
  if (page) return UNREAD.test(path) || UNREAD_WHY.test(path) || CLOSED.test(path);
  return MISSES_SOME.includes(what) && TOLD_WHOLE.test(path);
}

describe("what the page hears", () => {
  test.each(Object.keys(HEARD))("%s is understood if and only if the contract allows it", (name) => {
    const whole = heard(name);
    expect(understands(whole)).toBe(true);
    expect(takes(name, whole)).toBe(true);
    const all = mutations(whole);
    const wrong = all.filter((mutation) => {
      if (mutation.path === "type") return understands(mutation.value) && name !== "error";
      const page = understands(mutation.value);
      return page !== takes(name, mutation.value) && !differsOnPurpose(mutation, page);
    });
    expect(all.length).toBeGreaterThan(2);
    expect(wrong.map(({ path, what }) => `${path}: ${what}`)).toEqual([]);
  });

  test.each(Object.keys(HEARD))("%s may say more than this page knows", (name) => {
    const whole = heard(name);
    const more = mutations(whole).filter(({ path }) => UNKNOWN_FIELD.test(path));
    expect(more.length).toBeGreaterThan(0);
    for (const { value } of more) expect(understands(value)).toBe(true);
  });
});

/** The contract's example, and in it what the examples leave empty. */
function heard(name: string): Json {
  const whole = JSON.parse(example(name)) as { readonly [field: string]: Json };
  if (name !== "workout") return whole;
  return { ...whole, songs: [JSON.parse(example("song")) as Json] };
}

function understands(value: Json): boolean {
  try {
    decode(JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Every change of one thing in `value`. */
function mutations(value: Json, path: readonly string[] = []): readonly Mutation[] {
  const here = (what: string, changed: Json, at = path) => ({ path: at.join("."), what, value: changed });
  if (typeof value !== "object" || value === null) return [];
  const found = Object.entries(value).flatMap(([name, inner]: [string, Json]) => {
    const within = [...path, name];
    const deeper = mutations(inner, within).map((each) => ({
      ...each,
      value: put(value, name, each.value),
    }));
    const strange = STRANGERS.map((stranger) =>
      here(JSON.stringify(stranger), put(value, name, stranger), within),
    );
    return [here("left out", put(value, name), within), ...strange, ...deeper];
  });
  if (Array.isArray(value)) return found;
  return [...found, here("something more", put(value, "unknown", 1), [...path, "unknown"])];
}

/** `whole` with another value, or none, at `name`. */
function put(whole: Json, name: string, ...value: readonly Json[]): Json {
  if (Array.isArray(whole)) {
    const copy = [...(whole as readonly Json[])];
    copy.splice(Number(name), 1, ...value);
    return copy;
  }
  const rest = Object.entries(whole as { readonly [field: string]: Json });
  const others = rest.filter(([field]) => field !== name);
  return Object.fromEntries([...others, ...value.map((each) => [name, each] as const)]);
}

function hasNoJson(message: ClientMessage): boolean {
  return JSON.stringify(message) !== JSON.stringify(message, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? "no JSON" : value,
  );
}

function short(message: ClientMessage): string {
  const text = JSON.stringify(message);
  return text.length > 90 ? `${text.slice(0, 45)}…${text.slice(-45)}` : text;
}
