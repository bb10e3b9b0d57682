/** What weeks of workouts come to, and what the music did in them. */
import type { PastSongs, PastWorkout, Play, Song } from "../wire/messages";
import { shortDay, weekOf, weeksLater } from "./days";
import { inZones } from "./past";

type Zones = PastWorkout["zone_seconds"];

export interface Week {
  /** Its Monday, epoch ms. */
  readonly begins_ms: number;
  readonly zone_seconds: Zones;
  readonly workouts: number;
}

/** As many weeks as are looked at. */
export const WEEKS = 12;

/** When the oldest week that is looked at begins, epoch ms. */
export function firstWeek(now_ms: number): number {
  return weeksLater(weekOf(now_ms), 1 - WEEKS);
}

/** The weeks from that of the first workout to that of now, oldest first; at most `WEEKS`. */
export function weeksOf(workouts: readonly PastWorkout[], now_ms: number): readonly Week[] {
  const sessions = workouts.map(({ session }) => session);
  const last_ms = weekOf(now_ms);
  const first_ms = Math.max(firstWeek(now_ms), Math.min(last_ms, weekOf(Math.min(now_ms, ...sessions))));
  const weeks: Week[] = [];
  for (let begins_ms = first_ms; begins_ms <= last_ms; begins_ms = weeksLater(begins_ms, 1)) {
    const those = workouts.filter(({ session }) => weekOf(session) === begins_ms);
    weeks.push({ begins_ms, zone_seconds: sumOf(those), workouts: those.length });
  }
  return weeks;
}

function sumOf(workouts: readonly PastWorkout[]): Zones {
  const sum = (zone: number) => workouts.reduce((total, { zone_seconds }) => total + (zone_seconds[zone] ?? 0), 0);
  return [sum(0), sum(1), sum(2), sum(3), sum(4)];
}

/** How many weeks on end had a workout, up to this one; one that is not over yet breaks no row. */
export function streakOf(workouts: readonly PastWorkout[], now_ms: number): number {
  const trained = new Set(workouts.map(({ session }) => weekOf(session)));
  const this_ms = weekOf(now_ms);
  let at_ms = trained.has(this_ms) ? this_ms : weeksLater(this_ms, -1);
  let weeks = 0;
  for (; trained.has(at_ms); at_ms = weeksLater(at_ms, -1)) weeks += 1;
  return weeks;
}

/** What became of one song over several workouts. */
export interface SongUse {
  readonly song: Song;
  readonly times: number;
  readonly skipped: number;
  /** Seconds in which it was at the tempo that was aimed at, as far as that is known. */
  readonly goal_seconds: number;
}

/** What became of each song, by its title and artist. */
export function songUses(pasts: readonly PastSongs[]): readonly SongUse[] {
  const uses = new Map<string, SongUse>();
  for (const play of pasts.flatMap(({ plays }) => plays)) {
    const key = `${play.song.title}\n${play.song.artist}`;
    const before = uses.get(key) ?? { song: play.song, times: 0, skipped: 0, goal_seconds: 0 };
    uses.set(key, {
      song: before.song,
      times: before.times + 1,
      skipped: before.skipped + (play.skipped ? 1 : 0),
      goal_seconds: before.goal_seconds + (play.fit ?? 0) * measuredSeconds(play),
    });
  }
  return [...uses.values()];
}

/** How long a heart rate is known while a song played. */
function measuredSeconds(play: Play): number {
  const [last = 0] = play.line.at(-1) ?? [];
  return Math.max(inZones(play), last);
}

const MOST = 5;
/** Less is chance. */
const AT_LEAST_SECONDS = 60;

/** The songs that were longest at the tempo that was aimed at, longest first. */
export function mostAtGoal(uses: readonly SongUse[]): readonly SongUse[] {
  return uses
    .filter(({ goal_seconds }) => goal_seconds >= AT_LEAST_SECONDS)
    .sort((one, other) => other.goal_seconds - one.goal_seconds)
    .slice(0, MOST);
}

/** The songs that were skipped most, most often first. */
export function mostSkipped(uses: readonly SongUse[]): readonly SongUse[] {
  return uses
    .filter(({ skipped }) => skipped > 0)
    .sort((one, other) => other.skipped - one.skipped || one.times - other.times)
    .slice(0, MOST);
}

/** The mean heart rate of a week, and the mean tempo of what played then, each by how long. */
export interface Pace {
  readonly begins_ms: number;
  readonly heart_rate: number;
  readonly tempo: number;
}

/** A pace for each week in which a song played to a heart rate, oldest first. */
export function pacesOf(pasts: readonly PastSongs[]): readonly Pace[] {
  const weeks = new Map<number, { seconds: number; hearts: number; tempi: number }>();
  for (const { workout, plays } of pasts) {
    const begins_ms = weekOf(workout.session);
    const week = weeks.get(begins_ms) ?? { seconds: 0, hearts: 0, tempi: 0 };
    for (const play of plays) {
      if (play.average === null) continue;
      const seconds = measuredSeconds(play);
      week.seconds += seconds;
      week.hearts += seconds * play.average;
      week.tempi += seconds * play.tempo;
    }
    weeks.set(begins_ms, week);
  }
  return [...weeks]
    .filter(([, { seconds }]) => seconds > 0)
    .map(([begins_ms, { seconds, hearts, tempi }]) => {
      return { begins_ms, heart_rate: hearts / seconds, tempo: tempi / seconds };
    })
    .sort((one, other) => one.begins_ms - other.begins_ms);
}

/** What figures rest on: "from 12 workouts since 3 May". */
export function restsOn(sessions: readonly number[]): string {
  const [first] = [...sessions].sort((one, other) => one - other);
  if (first === undefined) return "from no workout";
  if (sessions.length === 1) return `from 1 workout, of ${shortDay(first)}`;
  return `from ${sessions.length} workouts since ${shortDay(first)}`;
}
