/** What a person may tell about themselves, as typed. */
import { AGE, GENRE_LETTERS, HEART_RATE, MOST_GENRES, type Range } from "../wire/limits";
import type { Settings } from "../wire/messages";

/** As typed. */
export interface AboutText {
  readonly age: string;
  readonly resting: string;
  /** Empty: from the age. */
  readonly maximum: string;
}

/** What the text says, or a sentence about why it cannot be used. */
export type Read = { readonly wish: Partial<Settings> } | { readonly sentence: string };

/** Reads age, resting and maximum heart rate. */
export function readAbout({ age, resting, maximum }: AboutText): Read {
  const sentence =
    wrong("The age", age, AGE, /^\d+$/, "a whole number of years") ||
    wrong("The resting heart rate", resting, HEART_RATE) ||
    (maximum.trim() && wrong("The maximum heart rate", maximum, HEART_RATE)) ||
    tooClose(resting, maximum);
  if (sentence) return { sentence };
  return {
    wish: {
      age: Number(age),
      resting_heart_rate: Number(resting),
      max_heart_rate: maximum.trim() ? Number(maximum) : null,
    },
  };
}

function wrong(
  name: string,
  text: string,
  { low, high }: Range,
  pattern = /^\d+(\.\d+)?$/,
  kind = "a number",
): string {
  const value = Number(text);
  if (pattern.test(text.trim()) && value >= low && value <= high) return "";
  return `${name} is “${text.trim()}”; it must be ${kind} from ${low} to ${high}.`;
}

function tooClose(resting: string, maximum: string): string {
  if (!maximum.trim() || Number(maximum) > Number(resting)) return "";
  return `The maximum heart rate is ${maximum.trim()}, which is not above the resting one, ${resting.trim()}.`;
}

/** Reads genres with commas between them; the same one twice counts once. */
export function readGenres(text: string): Read {
  const genres = [...new Set(text.split(",").map((genre) => genre.trim()))].filter(Boolean);
  if (genres.length > MOST_GENRES) {
    return { sentence: `These are ${genres.length} genres; at most ${MOST_GENRES} are taken.` };
  }
  const long = genres.find((genre) => Array.from(genre).length > GENRE_LETTERS);
  if (long === undefined) return { wish: { genres } };
  return {
    sentence: `The genre “${long.slice(0, 30)}…” is too long; a genre has at most ${GENRE_LETTERS} letters.`,
  };
}
