/** Past workouts for tests. */
import type { PastSongs, PastWorkout, Play } from "../src/wire/messages";
import { SESSION } from "./helpers";

export function pastWorkout(changes: Partial<PastWorkout> = {}): PastWorkout {
  return {
    session: SESSION,
    ends_at_ms: SESSION + 600_000,
    mode: "pulse",
    resting_heart_rate: 60,
    max_heart_rate: 180,
    average: 131.4,
    highest: 157,
    zone_seconds: [60, 120, 300, 110, 0],
    songs: 2,
    skipped: 1,
    fit: 0.83,
    line: [90, 110, 0, 130, 157],
    ...changes,
  };
}

export function play(slot: number, changes: Partial<Play> = {}): Play {
  const starts_at_ms = SESSION + slot * 200_000;
  return {
    slot,
    song: { id: `song-${slot}`, title: `Title ${slot}`, artist: "Someone", tempo: 120 + slot },
    starts_at_ms,
    ends_at_ms: starts_at_ms + 200_000,
    target_tempo: 125,
    tempo: 120 + slot,
    mode: "pulse",
    decided_by: "At the target tempo, drawn from the best 10.",
    average: 130,
    highest: 140,
    zone_seconds: [0, 100, 100, 0, 0],
    fit: 0.5,
    skipped: false,
    liked: null,
    line: Array.from({ length: 41 }, (_, n) => [n * 5, 120 + n] as const),
    ...changes,
  };
}

export function pastSongs(plays: readonly Play[], workout: Partial<PastWorkout> = {}): PastSongs {
  return { type: "past_workout", workout: pastWorkout({ songs: plays.length, ...workout }), plays };
}
