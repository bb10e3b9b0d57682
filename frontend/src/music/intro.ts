/** What is heard from the press that starts a workout until its first song is chosen. */
import type { SongPush } from "../wire/messages";
import type { Zone } from "../workout/zone";
import type { Cue } from "./deck";

/** Beside the spare songs, which are counted down from -1. */
const SLOT = -1_000_000;
const [SLOWEST, FASTEST] = [60, 180];

/** A sketch that begins at `begun_ms` of the workout and beats with the heart, at `at_ms`. */
export function introCue(heart_rate: number, begun_ms: number, at_ms: number, zone: Zone): Cue {
  const tempo = Math.min(FASTEST, Math.max(SLOWEST, heart_rate));
  return { push: introOf(begun_ms), tempo, at_ms, zone, recording: null };
}

function introOf(begun_ms: number): SongPush {
  const tempo = 120;
  return {
    type: "song",
    session: begun_ms,
    slot: SLOT,
    song: { id: "intro", title: "", artist: "", tempo },
    starts_at_ms: begun_ms,
    ends_at_ms: begun_ms,
    tempo_range: [tempo, tempo],
    opinion: { liked: null, tempo: null },
    why: {
      mode: "pulse",
      at_ms: begun_ms,
      average: tempo,
      target_tempo: tempo,
      tempo,
      octave: 1,
      distance: 0,
      decided_by: "",
      lock: null,
      scarce: false,
    },
  };
}
