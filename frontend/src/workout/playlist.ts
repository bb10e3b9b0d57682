import type { SongPush } from "../wire/messages";
import type { Asked } from "./asked";

/** A song that was asked to make way for the next. */
export type Skip = Asked<{ slot: number }>;

/** Where the session's playlist stands. */
export interface Position {
  readonly playing: SongPush | null;
  readonly next: SongPush | null;
  /** Whether the playing song's time is over and no other is known. */
  readonly over: boolean;
}

const NOTHING: Position = { playing: null, next: null, over: false };

/** What plays at `at_ms` of the workout, and what follows. */
export function position(songs: readonly SongPush[], at_ms: number | null, skip: Skip): Position {
  if (at_ms === null || songs.length === 0) return NOTHING;
  let index = Math.max(0, songs.findLastIndex((song) => song.starts_at_ms <= at_ms));
  const skipped = skip.phase === "taken" && songs[index]?.slot === skip.slot;
  if (skipped && index + 1 < songs.length) index += 1;
  const playing = songs[index] ?? null;
  const next = songs[index + 1] ?? null;
  return { playing, next, over: playing !== null && next === null && at_ms >= playing.ends_at_ms };
}

/** When the song at `index` really ended: where it was skipped, the next one began earlier. */
export function endOf(songs: readonly SongPush[], index: number): number {
  const own = songs[index]?.ends_at_ms ?? 0;
  return Math.min(own, songs[index + 1]?.starts_at_ms ?? own);
}

/** The song's tempo as it is counted: for this person, and doubled or halved where it is felt so. */
export function feltTempo({ why }: SongPush): number {
  return why.tempo * why.octave;
}

/** Less than this is rounding, not a skip. */
const CUT_MS = 1_000;

/** Whether the song at `index` made way before its end. */
export function wasSkipped(songs: readonly SongPush[], index: number): boolean {
  return (songs[index]?.ends_at_ms ?? 0) - endOf(songs, index) > CUT_MS;
}
