/** A workout that is over, as the server tells of it: in a list, and summed up with its songs. */
import type { History, PastSongs, PastWorkout, Play, Sample, SongPush, TracePoint } from "../wire/messages";
import { runningAverage } from "./average";
import { HOLE_MS } from "./line";
import { type SongFit, type Summary, holesOf } from "./summary";
import { type Range, type Zone, ZONES } from "./zone";

/** The list of past workouts as far as it was asked for, newest first. */
export interface Listed {
  readonly workouts: readonly PastWorkout[];
  /** Asks for the next page; undefined: the first was not told yet; null: there are no more. */
  readonly before_ms: number | null | undefined;
}

export const NOT_LISTED: Listed = { workouts: [], before_ms: undefined };

/** The list with one more page of it; what comes twice is there once. */
export function withPage({ workouts }: Listed, { workouts: more, before_ms }: History): Listed {
  const known = new Set(workouts.map(({ session }) => session));
  return { workouts: [...workouts, ...more.filter(({ session }) => !known.has(session))], before_ms };
}

/** Seconds of a workout, or of a song, for which a zone is known. */
export function inZones({ zone_seconds }: Pick<PastWorkout | Play, "zone_seconds">): number {
  return zone_seconds.reduce((sum, seconds) => sum + seconds, 0);
}

/** The heart's range that the zones of a workout go by. */
export function rangeOfPast({ resting_heart_rate, max_heart_rate }: PastWorkout): Range {
  return { resting_heart_rate, max_heart_rate };
}

/** What was measured while songs played, oldest first, one sample for each time. */
export function samplesOfPlays(plays: readonly Play[]): readonly Sample[] {
  const samples = plays.flatMap(({ starts_at_ms, line }) =>
    line.map(([seconds, heart_rate]): Sample => [starts_at_ms + seconds * 1000, heart_rate]),
  );
  return [...new Map(samples).entries()].sort(([one], [other]) => one - other);
}

/** The averages that those samples made, over as long as the server averages by default. */
export function traceOfSamples(samples: readonly Sample[]): readonly TracePoint[] {
  return samples.map(([at_ms, heart_rate], index) => {
    const held = samples.slice(Math.max(0, index - HELD), index + 1);
    return { at_ms, heart_rate, average: runningAverage(held, INTERVAL_MS) };
  });
}

const INTERVAL_MS = 30_000;
/** More than an interval holds of points that are 5 s apart, or a second, as another server may have them. */
const HELD = 60;

/** What the server's `fit` counts; the page may have bent the song to the heart as it played. */
export const BY_ITSELF =
  "a song’s own tempo was within 8\u00a0% of the target, not as it was bent while it played";

/** A song that played, as the page knows songs: its tempo is told as it was felt. */
export function pushOf(play: Play, session: number): SongPush {
  const { slot, song, starts_at_ms, ends_at_ms, tempo, target_tempo, mode, decided_by, liked } = play;
  const average = play.average ?? target_tempo;
  const distance = Math.abs(tempo - target_tempo) / target_tempo;
  return {
    type: "song",
    session,
    slot,
    song,
    starts_at_ms,
    ends_at_ms,
    tempo_range: [tempo, tempo],
    opinion: { liked, tempo: null },
    why: {
      ...{ mode, at_ms: starts_at_ms, average, target_tempo, tempo, octave: 1, distance, decided_by },
      ...{ lock: null, scarce: false },
    },
  };
}

/** What the workout was, by the server's figures; null where no heart rate is known of it. */
export function figuresOf({ workout, plays }: PastSongs): Summary | null {
  const { session, ends_at_ms, average, highest, zone_seconds, skipped } = workout;
  if (average === null || highest === null) return null;
  const songs = plays.map((play): SongFit => {
    const push = pushOf(play, session);
    const played_ms = play.ends_at_ms - play.starts_at_ms;
    return { push, played_ms, skipped: play.skipped, distance: null, share: play.fit };
  });
  const ranked = songs
    .filter(({ share }) => typeof share === "number")
    .sort((one, other) => (other.share ?? 0) - (one.share ?? 0));
  const [best = null, worst = null] = ranked.length > 1 ? [ranked[0], ranked.at(-1)] : [];
  const differ = best?.share !== worst?.share;
  const holes_ms = holesOf(samplesOfPlays(plays), session, ends_at_ms);
  const zones_ms = Object.fromEntries(
    ZONES.map((zone) => [zone, (zone_seconds[zone - 1] ?? 0) * 1000]),
  ) as Record<Zone, number>;
  return {
    started_ms: session,
    duration_ms: ends_at_ms - session,
    holes_ms: holes_ms > HOLE_MS ? holes_ms : 0,
    average,
    maximum: highest,
    zones_ms,
    songs,
    skips: skipped,
    best: differ ? best : null,
    worst: differ ? worst : null,
  };
}

/** A field for a line over a whole workout. */
export const FIELD = { wide: 120, high: 32 };
const MARGIN = 2;
/** Less up and down is shown as what it is: a calm line. */
const AT_LEAST_HIGH = 40;

/** The line of a whole workout as the path of an SVG; heart rates are evenly spaced, and 0 where there is none. */
export function pathOf(line: readonly number[]): string {
  const rates = line.filter((rate) => rate > 0);
  if (rates.length < 2) return "";
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const air = Math.max(0, (AT_LEAST_HIGH - (high - low)) / 2);
  const scale = (FIELD.high - 2 * MARGIN) / (high - low + 2 * air);
  return line
    .map((rate, index) => {
      if (rate <= 0) return "";
      const x = (FIELD.wide * index) / (line.length - 1);
      const y = FIELD.high - MARGIN - (rate - low + air) * scale;
      return `${(line[index - 1] ?? 0) > 0 ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
