/** The limits of `events/`: beyond them the server refuses what it is sent, and sends nothing. */
import {
  type ClientMessage,
  HEART_RATE,
  MAX_OWN_SONGS,
  MODES,
  PLANS,
  type Settings,
  TEMPO,
} from "./messages";

/** What is wrong with `value`, as a sentence that calls it `name`; empty where nothing is. */
export type Check = (value: unknown, name: string) => string;

export const LAST_MS = 9_999_999_999_999;
const ID_LENGTH = 200;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const USER = /^[A-Za-z0-9_.:@|-]{1,128}$/;

export const aTime = whole(0, LAST_MS);
export const aSlot = whole(0, 1_000_000);
export const aHeartRate = within(HEART_RATE.low, HEART_RATE.high);
export const aTempo = within(TEMPO.low, TEMPO.high);
export const anId = text(1, ID_LENGTH);
export const anAnswersId = text(1, 64);
const aName = like(NAME, "1 to 64 small letters, digits and hyphens, and no hyphen first");
const aZone = whole(1, 5);
const yesOrNo = either([true, false]);
const aPhase = record({ seconds: whole(10, 14_400), zone: aZone });
const phases = list(aPhase, 1, 60);
const aPlan = either(PLANS);

const SETTINGS: Readonly<Record<keyof Settings, Check>> = {
  mode: either(MODES),
  library: aName,
  interval_seconds: whole(10, 300),
  resting_heart_rate: aHeartRate,
  max_heart_rate: orNull(aHeartRate),
  age: whole(5, 110),
  goal_zone: aZone,
  span: within(0.5, 2),
  cadence: orNull(within(20, 250)),
  plan: (value, name) => (Array.isArray(value) ? phases : aPlan)(value, name),
  lock: orNull(aTempo),
  responsive: yesOrNo,
  genres: list(text(1, 100), 0, 20),
  floor: orNull(aName),
  alias: orNull(text(1, 40)),
};

/** Settings, or some of them. */
export const someSettings = record({}, SETTINGS);

const MESSAGES: Readonly<Record<ClientMessage["action"], Check>> = {
  heartrate: record({ samples: list(aSample, 1, 60) }),
  start: record({ at_ms: aTime }, { settings: someSettings }),
  change: record({ settings: someSettings }),
  rate: record({
    song_id: anId,
    opinion: record({ liked: orNull(yesOrNo), tempo: orNull(aTempo) }),
  }),
  skip: record({ slot: aSlot, at_ms: aTime }),
  workout: record({}, { since_ms: aTime, athlete: like(USER, "the name of a user") }),
  floor: record({ floor: aName }),
  songs: record({
    songs: list(
      record({
        id: anId,
        title: text(0, ID_LENGTH),
        artist: text(0, ID_LENGTH),
        tempo: aTempo,
        duration_seconds: within(45, 900),
        genre: orNull(text(1, 100)),
      }),
      0,
      MAX_OWN_SONGS,
    ),
    remove: list(anId, 0, MAX_OWN_SONGS),
  }),
};

/** Why the server would refuse `message`, as a sentence; empty where it takes it. */
export function beyondLimits(message: ClientMessage): string {
  const wrong = MESSAGES[message.action](message, message.action);
  return wrong && `This was not sent: ${wrong}`;
}

function aSample(value: unknown, name: string): string {
  if (!Array.isArray(value) || value.length !== 2) return must(value, name, "a time and a heart rate");
  return aTime(value[0], "the time") || aHeartRate(value[1], "the heart rate");
}

function within(low: number, high: number): Check {
  return (value, name) =>
    typeof value === "number" && value >= low && value <= high
      ? ""
      : must(value, name, `a number from ${low} to ${high}`);
}

function whole(low: number, high: number): Check {
  return (value, name) =>
    Number.isInteger(value) && within(low, high)(value, name) === ""
      ? ""
      : must(value, name, `a whole number from ${low} to ${high}`);
}

/** Letters are counted as the server does, a pair of surrogates as one. */
function text(shortest: number, longest: number): Check {
  return (value, name) => {
    const length = typeof value === "string" ? Array.from(value).length : -1;
    return length >= shortest && length <= longest
      ? ""
      : must(value, name, `a text of ${shortest} to ${longest} letters`);
  };
}

function like(pattern: RegExp, words: string): Check {
  return (value, name) =>
    typeof value === "string" && pattern.test(value) ? "" : must(value, name, words);
}

function either(known: readonly unknown[]): Check {
  return (value, name) =>
    known.includes(value) ? "" : must(value, name, `one of ${known.join(", ")}`);
}

function orNull(check: Check): Check {
  return (value, name) => (value === null ? "" : check(value, name));
}

function list(check: Check, fewest: number, most: number): Check {
  return (value, name) => {
    if (!Array.isArray(value) || value.length < fewest || value.length > most) {
      return must(value, name, `a list of ${fewest} to ${most}`);
    }
    return first(value.map((each: unknown) => check(each, name)));
  };
}

function record(
  needed: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, name) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return must(value, name, "an object");
    }
    const fields = value as Readonly<Record<string, unknown>>;
    const told = Object.entries(optional).filter(([field]) => fields[field] !== undefined);
    const checks = [...Object.entries(needed), ...told];
    return first(checks.map(([field, check]) => check(fields[field], field)));
  };
}

function first(sentences: readonly string[]): string {
  return sentences.find((sentence) => sentence !== "") ?? "";
}

function must(value: unknown, name: string, words: string): string {
  const shown = value === undefined ? "missing" : JSON.stringify(value);
  const cut = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  return `${name.replaceAll("_", " ")} is ${cut}, but must be ${words}.`;
}
