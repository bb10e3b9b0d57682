/** The limits of `events/`: beyond them the server refuses what it is sent, and sends nothing. */
import { FloorQuery, HeartRateBatch, OwnSong, OwnSongs, Phase, SENT, Settings } from "./generated/schemas";
import type { ClientMessage } from "./messages";
import { Misfit, type Schema, read } from "./schema";

/** Both ends are allowed. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const { properties: settings } = Settings;
const { properties: song } = OwnSong;
const { properties: phase } = Phase;

/** Heart rates that may be sent, beats a minute. */
export const HEART_RATE = rangeOf(settings.resting_heart_rate);
/** Tempi that may be sent, beats a minute. */
export const TEMPO = rangeOf(song.tempo);
export const AGE = rangeOf(settings.age);
/** Steps or revolutions a minute. */
export const CADENCE = rangeOf(settings.cadence.anyOf[0]);
export const SONG_SECONDS = rangeOf(song.duration_seconds);
export const PHASE_SECONDS = rangeOf(phase.seconds);
export const MOST_PHASES = settings.plan.anyOf[1].maxItems;
export const MOST_GENRES = settings.genres.maxItems;
export const GENRE_LETTERS = settings.genres.items.maxLength;
export const ALIAS_LETTERS = settings.alias.anyOf[0].maxLength;
/** Of a title or an artist. */
export const TEXT_LETTERS = song.title.maxLength;
/** What one `heartrate` message may hold. */
export const MAX_SAMPLES = HeartRateBatch.properties.samples.maxItems;
/** What one `own_songs` message may hold, of each list. */
export const MAX_OWN_SONGS = OwnSongs.properties.songs.maxItems;
export const FLOOR_NAME = new RegExp(FloorQuery.properties.floor.pattern);

/** Why the server would refuse `message`, as a sentence; empty where it takes it. */
export function beyondLimits(message: ClientMessage): string {
  const wrong = misfit(SENT[message.action], message, message.action);
  return wrong && `This was not sent: ${wrong}`;
}

/** What is wrong with a heart rate, as a sentence that calls it `name`; empty where nothing is. */
export function aHeartRate(value: unknown, name: string): string {
  return misfit(settings.resting_heart_rate, value, name);
}

function misfit(schema: Schema, value: unknown, name: string): string {
  try {
    read(schema, value, name, "page");
    return "";
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return `${error.field.replaceAll("_", " ")} ${error.message}`;
  }
}

function rangeOf(schema: { readonly minimum: number; readonly maximum: number }): Range {
  return { low: schema.minimum, high: schema.maximum };
}
