import { decode } from "../src/wire/decode";
import type { ServerMessage, Settings, SongPush, TracePoint, Workout } from "../src/wire/messages";
import { EMPTY, type State, reduce } from "../src/session/store";
import { heartRateOf } from "../src/heart/strap";

export const SESSION = 1_760_000_000_000;
/** A moment on the wall that has nothing to do with the workout's time. */
export const NOW = 1_800_000_000_000;

export const SETTINGS: Settings = {
  mode: "pulse",
  library: "demo",
  interval_seconds: 30,
  resting_heart_rate: 60,
  max_heart_rate: null,
  age: 35,
  goal_zone: 3,
  span: 1,
  cadence: null,
  plan: "steady",
  plan_started_ms: null,
  lock: null,
  responsive: false,
  genres: [],
  floor: null,
  alias: null,
  effort_points: false,
};

const EXAMPLES: Record<string, string> = import.meta.glob("../../events/examples/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The text of events/examples/`name`.json. */
export function example(name: string): string {
  const text = EXAMPLES[`../../events/examples/${name}.json`];
  if (text === undefined) throw new Error(`There is no events/examples/${name}.json.`);
  return text;
}

export function songPush(slot: number, changes: Partial<SongPush> = {}): SongPush {
  const starts_at_ms = SESSION + slot * 200_000;
  return {
    type: "song",
    session: SESSION,
    slot,
    song: { id: `song-${slot}`, title: `Title ${slot}`, artist: "Someone", tempo: 120 + slot },
    starts_at_ms,
    ends_at_ms: starts_at_ms + 200_000,
    tempo_range: [(120 + slot) * 0.96, (120 + slot) * 1.04],
    opinion: { liked: null, tempo: null },
    why: {
      mode: "pulse",
      at_ms: starts_at_ms - 10_000,
      average: 121,
      target_tempo: 121,
      tempo: 120 + slot,
      octave: 1,
      distance: 0.008,
      decided_by: "At the target tempo, drawn from the best 10.",
      lock: null,
      scarce: false,
    },
    ...changes,
  };
}

export function point(seconds: number, heart_rate = 120): TracePoint {
  return { at_ms: SESSION + seconds * 1000, heart_rate, average: heart_rate };
}

export function workoutOf(changes: Partial<Workout> = {}): Workout {
  return {
    type: "workout",
    athlete: null,
    session: SESSION,
    settings: SETTINGS,
    latest: null,
    trace: [],
    songs: [],
    stale_after_ms: 10_000,
    ...changes,
  };
}

/** The state after messages that came `[ms after NOW, message]`. */
export function after(...messages: readonly (readonly [number, ServerMessage])[]): State {
  return messages.reduce<State>(
    (state, [ms, message]) => reduce(state, { kind: "message", message, now_ms: NOW + ms }),
    EMPTY,
  );
}

/** What `decode` says about a message that it refuses. */
export function refusal(text: string): string {
  try {
    decode(text);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}

/** The bytes of a strap's packet. */
export function packet(...bytes: readonly number[]): DataView {
  return new DataView(new Uint8Array(bytes).buffer);
}

/** Why a strap's packet is not used. */
export function refusedPacket(...bytes: readonly number[]): string {
  try {
    heartRateOf(packet(...bytes));
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}
