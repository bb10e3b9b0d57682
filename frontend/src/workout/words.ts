import { ANSWER_WITHIN_MS, type Asked, isWaiting } from "./asked";
import type { Status } from "../wire/connection";
import type { Opinion, SongPush } from "../wire/messages";
import type { Freshness } from "./freshness";
import type { Skip } from "./playlist";

/** 83_000 → "1:23"; hours where there are any. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** Hours and whole minutes: "26 min", "1 h 18 min"; never broken over two lines. */
export function hours(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const rest = `${minutes % 60}\u00a0min`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}\u00a0h\u00a0${rest}`;
}

/** "1 song", "2 songs". */
export function counted(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}

/** How long ago, roughly: "42 s", from two minutes on "2 min". */
export function span(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

/** 0.0137 → "1.4 %", never broken over two lines. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}\u00a0%`;
}

/** 0.137 → "14 %", never broken over two lines. */
export function percentRounded(share: number): string {
  return `${Math.round(share * 100)}\u00a0%`;
}

/** The connection's state in words. */
export function statusSentence(status: Status, now_ms: number): string {
  switch (status.phase) {
    case "open":
      return "Connected";
    case "connecting":
      return "Connecting…";
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((status.until_ms - now_ms) / 1000));
      return `${status.reason} Trying again in ${seconds} s`.trim();
    }
    case "replaced":
      return "Not connected";
  }
}

/** What the heart rate's age means, in words. */
export function freshnessSentence(freshness: Freshness): string {
  switch (freshness.state) {
    case "none":
      return "no heart rate yet";
    case "live":
      return "live";
    case "unconfirmed":
      return "last known, waiting for a new one";
    case "stale": {
      const more = freshness.at_least ? "more than " : "";
      return `no heart rate for ${more}${Math.floor(freshness.for_ms / 1000)} s`;
    }
  }
}

const SAID_FOR_MS = 12_000;

/** What became of a skip; empty where there is nothing to say (any more). */
export function skipSentence(skip: Skip, songs: readonly SongPush[], now_ms: number): string {
  if (skip.phase === "taken" && !songs.some((song) => song.slot > skip.slot)) {
    return "Skipped. The next song is being chosen.";
  }
  const skipped = skip.phase === "taken" && songs.find((song) => song.slot === skip.slot);
  const taken = `Skipped “${skipped ? skipped.song.title : "the song"}”.`;
  return askedSentence(skip, now_ms, "Skipping…", taken);
}

/** What became of other settings asked for; empty where there is nothing to say (any more). */
export function changeSentence(change: Asked<object>, now_ms: number): string {
  return askedSentence(change, now_ms, "Changing…", "Changed, from the next choice on.");
}

/** What became of an opinion; empty where there is nothing to say (any more). */
export function rateSentence(rate: Asked<object>, now_ms: number): string {
  return askedSentence(rate, now_ms, "Keeping what you say…", "Kept, from the next choice on.");
}

function askedSentence(asked: Asked<object>, now_ms: number, waiting: string, taken: string): string {
  if (asked.phase === "none") return "";
  if (isWaiting(asked, now_ms)) return waiting;
  const said_for_ms = SAID_FOR_MS + (asked.phase === "asked" ? ANSWER_WITHIN_MS : 0);
  if (now_ms - asked.at_ms >= said_for_ms) return "";
  if (asked.phase === "refused") return asked.sentence;
  return asked.phase === "taken" ? taken : "No answer came. Try again.";
}

/** Why this song: from the heart rate to the target to its tempo, and what decided. */
export function whySentence({ why }: SongPush): string {
  const mode = why.mode === "pulse" ? "" : ` in mode ${why.mode}`;
  const decided = why.decided_by.charAt(0).toLowerCase() + why.decided_by.slice(1);
  return (
    `The heart rate averaged ${Math.round(why.average)}; the target${mode} is ` +
    `${Math.round(why.target_tempo)}, this song plays ${tempoWords(why.tempo, why.octave)}: ${decided}`
  );
}

function tempoWords(tempo: number, octave: number): string {
  if (octave === 1) return String(Math.round(tempo));
  const counted = octave > 1 ? "double" : "half";
  return `${Math.round(tempo)}, counted ${counted} as ${Math.round(tempo * octave)}`;
}

/** How fast the song counts, and by whose word. */
export function opinionSentence({ song }: SongPush, { tempo }: Opinion): string {
  const listed = song.tempo.toFixed(1);
  if (tempo === null) return `The library says ${listed}.`;
  return `You say ${tempo.toFixed(1)}; the library says ${listed}.`;
}
