import type { Status } from "./connection";
import type { SongPush } from "./messages";
import type { Freshness } from "./pulse";
import type { Skip } from "./store";

/** 83_000 → "1:23"; hours where there are any. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** 0.0137 → "1.4 %", never broken over two lines. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}\u00a0%`;
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

const ANSWER_WITHIN_MS = 10_000;
const SAID_FOR_MS = 12_000;

/** What became of a skip; empty where there is nothing to say (any more). */
export function skipSentence(skip: Skip, songs: readonly SongPush[], now_ms: number): string {
  if (skip.phase === "none") return "";
  const since_ms = now_ms - skip.at_ms;
  if (skip.phase === "asked") {
    return since_ms < ANSWER_WITHIN_MS ? "Skipping…" : "No answer to the skip. Try again.";
  }
  if (skip.phase === "refused") return since_ms < SAID_FOR_MS ? skip.sentence : "";
  const skipped = songs.find((song) => song.slot === skip.slot);
  if (!songs.some((song) => song.slot > skip.slot)) {
    return "Skipped. The next song is being chosen.";
  }
  return since_ms < SAID_FOR_MS ? `Skipped “${skipped?.song.title ?? "the song"}”.` : "";
}
