/**
 * Who on a floor needs the coach, and why.
 *
 * Everybody is in one band of urgency at a time. A more urgent one is entered with the first poll
 * that tells of it; a less urgent one only after `LEAVES_AFTER` polls in a row, so that no mark
 * comes and goes where a value wavers around its limit. Who is gone goes at once, and comes back at once.
 *
 * | band     | while                                                                              |
 * |----------|------------------------------------------------------------------------------------|
 * | silent   | no heart rate came for `stale_after_ms`, nor ever; yet somebody may be in trouble  |
 * | hard     | the heart rate is above 95 % of its reserve                                        |
 * | songless | no song plays, 20 s after the session began or the last song ended                 |
 * | off      | the song is more than 10 % from what would suit now; the next one will do better   |
 * | fine     | none of these                                                                      |
 * | gone     | no heart rate came for 10 minutes: the workout is over                             |
 *
 * The first three need the coach.
 */
import { fitWord } from "../workout/fit";
import type { FloorPerson, FloorSong } from "../wire/messages";
import { percentRounded, span } from "../workout/words";
import { reserve } from "../workout/zone";

/** The most urgent first. */
export const BANDS = ["silent", "hard", "songless", "off", "fine", "gone"] as const;
export type Band = (typeof BANDS)[number];

const HARD = 0.95;
const SONGLESS_AFTER_MS = 20_000;
const GONE_AFTER_MS = 10 * 60_000;
/** About ten seconds, at a poll every three. */
export const LEAVES_AFTER = 3;

/** Where somebody stands, and for how many polls in a row a less urgent band was right. */
export interface Standing {
  readonly band: Band;
  readonly calm_polls: number;
}

/** The band that the newest poll tells of. `silent_ms`: since a heart rate came; null: never. */
export function bandOf(
  person: FloorPerson,
  silent_ms: number | null,
  stale_after_ms: number,
): Band {
  if (silent_ms !== null && silent_ms >= GONE_AFTER_MS) return "gone";
  if (silent_ms === null || silent_ms >= stale_after_ms) return "silent";
  if (reserveOf(person) > HARD) return "hard";
  if (isSongless(person)) return "songless";
  return isOff(person) ? "off" : "fine";
}

/** The standing after a poll that tells of band `told`; `before` is null at first sight. */
export function stand(before: Standing | null, told: Band): Standing {
  const now = { band: told, calm_polls: 0 };
  if (!before || told === "gone" || before.band === "gone") return now;
  if (BANDS.indexOf(told) <= BANDS.indexOf(before.band)) return now;
  const calm_polls = before.calm_polls + 1;
  return calm_polls >= LEAVES_AFTER ? now : { band: before.band, calm_polls };
}

/** Whether a coach should look there. */
export function needsAttention(band: Band): boolean {
  return band === "silent" || band === "hard" || band === "songless";
}

/** Why somebody is in `band`, in words; empty where all is well. */
export function reason(
  band: Band,
  person: FloorPerson,
  silent_ms: number | null,
  stale_after_ms: number,
): string {
  switch (band) {
    case "silent":
      if (silent_ms === null) return "No heart rate yet";
      return silent_ms < stale_after_ms
        ? "The heart rate is back"
        : `No heart rate for ${span(silent_ms)}`;
    case "hard":
      return `At ${percentRounded(reserveOf(person))} of the heart-rate reserve`;
    case "off":
      return isOff(person)
        ? `Song ${percentRounded(person.song.distance)} off the effort`
        : "The song fits again";
    case "songless":
      return isSongless(person) ? "No song plays" : "A song plays again";
    case "fine":
      return "";
    case "gone":
      return `Gone for ${span(silent_ms ?? 0)}`;
  }
}

function isOff(person: FloorPerson): person is FloorPerson & { readonly song: FloorSong } {
  return person.song !== null && fitWord(person.song.distance) === "off";
}

function reserveOf({ latest, ...range }: FloorPerson): number {
  return latest ? reserve(latest.heart_rate, range) : 0;
}

/** By the workout's own clock, which a replay runs faster. */
function isSongless({ latest, session, song }: FloorPerson): boolean {
  const since_ms = song ? song.ends_at_ms : session;
  return latest !== null && latest.at_ms - since_ms > SONGLESS_AFTER_MS;
}
