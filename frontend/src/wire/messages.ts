/** The words on the wire: what the page may send, and what it may receive. Mirrors `events/`. */

export const MODES = ["pulse", "zone", "push", "hold", "recover", "cadence", "plan"] as const;
export type Mode = (typeof MODES)[number];
export const PLANS = ["steady", "intervals", "pyramid", "couch-to-5k"] as const;
export type PlanName = (typeof PLANS)[number];

/** A stretch of a plan of one's own; zones of heart-rate reserve, 1 to 5. */
export interface Phase {
  readonly seconds: number;
  readonly zone: number;
}

/** [epoch ms, beats a minute]. */
export type Sample = readonly [at_ms: number, heart_rate: number];

export interface Settings {
  readonly mode: Mode;
  readonly library: string;
  readonly interval_seconds: number;
  readonly resting_heart_rate: number;
  readonly max_heart_rate: number | null;
  readonly age: number;
  /** 1 to 5: what `push` and `hold` aim at. */
  readonly goal_zone: number;
  readonly span: number;
  /** Steps or revolutions a minute, 20 to 250. */
  readonly cadence: number | null;
  readonly plan: PlanName | readonly Phase[];
  /** A tempo to keep to, whatever the mode. */
  readonly lock: number | null;
  /** Whether a song may be changed while it plays. */
  readonly responsive: boolean;
  readonly genres: readonly string[];
  /** Where coaches see this person; null: nowhere. */
  readonly floor: string | null;
  /** How coaches see this person named; null: by their user id. */
  readonly alias: string | null;
}

/** The library under whose name everyone finds their own songs. */
export const OWN = "own";

/** Tempi that may be sent, beats a minute. */
export const TEMPO = { low: 40, high: 250 } as const;

/** Heart rates that may be sent, beats a minute: `MIN_HEART_RATE` and `MAX_HEART_RATE` of `events/`. */
export const HEART_RATE = { low: 30, high: 230 } as const;

/** What a person thinks of a song. `tempo` is theirs where the library's is wrong. */
export interface Opinion {
  readonly liked: boolean | null;
  readonly tempo: number | null;
}

/** What the page calls a message of its own; what answers it says so. */
export interface Named {
  readonly id?: string;
}

export type ClientMessage = Named & (
  | { readonly action: "heartrate"; readonly samples: readonly Sample[] }
  | { readonly action: "start"; readonly at_ms: number; readonly settings?: Partial<Settings> }
  | { readonly action: "change"; readonly settings: Settings }
  | { readonly action: "rate"; readonly song_id: string; readonly opinion: Opinion }
  | { readonly action: "skip"; readonly slot: number; readonly at_ms: number }
  | { readonly action: "workout"; readonly since_ms?: number; readonly athlete?: string }
  | { readonly action: "floor"; readonly floor: string }
  | {
      readonly action: "songs";
      readonly songs: readonly OwnSong[];
      readonly remove: readonly string[];
    }
);

/** A song of the person's own; `id` is theirs to choose, the music stays with them. */
export interface OwnSong {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  /** Beats a minute. */
  readonly tempo: number;
  /** 45 to 900. */
  readonly duration_seconds: number;
  readonly genre: string | null;
}

/** What one `songs` message may hold, of each list. */
export const MAX_OWN_SONGS = 50;

/** 1-60 samples, oldest first. */
export function heartRates(samples: readonly Sample[]): ClientMessage {
  return { action: "heartrate", samples };
}

export function start(at_ms: number, settings?: Partial<Settings>): ClientMessage {
  return settings ? { action: "start", at_ms, settings } : { action: "start", at_ms };
}

/** The whole of `settings` is in force from then on. */
export function change(settings: Settings): ClientMessage {
  return { action: "change", settings };
}

/** Replaces what was said of the song before; nulls take it back. */
export function rate(song_id: string, opinion: Opinion): ClientMessage {
  return { action: "rate", song_id, opinion };
}

export function skip(slot: number, at_ms: number): ClientMessage {
  return { action: "skip", slot, at_ms: Math.round(at_ms) };
}

/** Asks for the session so far; the trace from `since_ms` on. A coach may name an athlete. */
export function workout(since_ms?: number, athlete?: string): ClientMessage {
  return {
    action: "workout",
    ...(since_ms === undefined ? {} : { since_ms }),
    ...(athlete === undefined ? {} : { athlete }),
  };
}

/** Asks who works out on a floor now; for coaches only. */
export function lookAtFloor(floor: string): ClientMessage {
  return { action: "floor", floor };
}

/** Puts songs into one's own library, and takes others out; at most 50 of each. */
export function collect(songs: readonly OwnSong[], remove: readonly string[] = []): ClientMessage {
  return { action: "songs", songs, remove };
}

export interface Song {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  /** Beats a minute of the song. */
  readonly tempo: number;
}

export interface Why {
  /** A mode this page has no word for is shown as it is. */
  readonly mode: string;
  readonly average: number;
  readonly target_tempo: number;
  /** The song's tempo for this person, who may have corrected it. */
  readonly tempo: number;
  /** 2 where the song is felt at double its tempo, 0.5 at half, else 1. */
  readonly octave: number;
  /** |tempo x octave - target tempo| / target tempo. */
  readonly distance: number;
  readonly decided_by: string;
  /** The tempo that was locked when the song was chosen. */
  readonly lock: number | null;
}

export interface SongPush extends Named {
  readonly type: "song";
  readonly session: number;
  readonly slot: number;
  readonly song: Song;
  readonly starts_at_ms: number;
  readonly ends_at_ms: number;
  /** The slowest and the fastest tempo that the song may be bent to. */
  readonly tempo_range: readonly [slowest: number, fastest: number];
  readonly opinion: Opinion;
  readonly why: Why;
}

export interface TracePoint {
  readonly at_ms: number;
  readonly heart_rate: number;
  readonly average: number;
}

export interface Workout {
  readonly type: "workout";
  /** Whose session a coach asked for; null in one's own. */
  readonly athlete: string | null;
  readonly session: number | null;
  readonly settings: Settings;
  readonly latest: TracePoint | null;
  readonly trace: readonly TracePoint[];
  readonly songs: readonly SongPush[];
  readonly stale_after_ms: number;
}

/** What somebody on a floor hears; `tempo` as it is felt, beats a minute. */
export interface FloorSong {
  readonly title: string;
  readonly artist: string;
  readonly tempo: number;
  readonly target_tempo: number;
  /** |tempo - target tempo| / target tempo, where the target is what would suit now. */
  readonly distance: number;
  readonly ends_at_ms: number;
}

/** Somebody on a floor, as far as a coach needs to know at a glance. */
export interface FloorPerson {
  readonly user: string;
  readonly alias: string | null;
  readonly session: number;
  readonly latest: TracePoint | null;
  readonly resting_heart_rate: number;
  readonly max_heart_rate: number;
  readonly song: FloorSong | null;
}

/** Who works out on a floor: at most 200, those who came last; `count` is all of them. */
export interface FloorView {
  readonly type: "floor";
  readonly floor: string;
  readonly people: readonly FloorPerson[];
  readonly count: number;
  readonly stale_after_ms: number;
}

/** Whether the gateway found something wrong in a message, rather than being unable to take it. */
export function isWrong(refusal: string): boolean {
  return refusal === "Bad request body" || refusal === "Invalid request body";
}

export type ServerMessage = Named & (
  | SongPush
  | Workout
  | FloorView
  /** So many songs were put into the person's library, and so many taken out. */
  | { readonly type: "songs"; readonly kept: number; readonly removed: number }
  | { readonly type: "started"; readonly session: number; readonly settings: Settings }
  | { readonly type: "changed"; readonly settings: Settings }
  | { readonly type: "rated"; readonly song_id: string; readonly opinion: Opinion }
  | { readonly type: "skipped"; readonly slot: number }
  | { readonly type: "error"; readonly code: string; readonly message: string }
  /** The gateway's own answer, which has no `type` on the wire. */
  | { readonly type: "refused"; readonly message: string }
);
