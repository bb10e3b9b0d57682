import { type Asking, ask, isAnswer, refuse } from "../workout/asked";
import { runningAverage, steadyHeartRate } from "../workout/average";
import { arrived, runningAt, workoutTime } from "../workout/clock";
import type { Status } from "../wire/connection";
import { heardNow } from "../workout/heard";
import { type Held, hold } from "./held";
import { closed, notEnded, reduceEnded } from "./ending";
import { type Over, isOver } from "./over";
import { EMPTY, type State } from "./state";
import {
  type Named,
  type Opinion,
  type Sample,
  type ServerMessage,
  type Settings,
  type SongPush,
  type TracePoint,
  type Workout,
  isTooMany,
  isWrong,
} from "../wire/messages";
import { ofSession } from "../workout/line";
import { type Skip, position } from "../workout/playlist";
import type { Moment } from "../heart/source";
import type { Effort } from "../workout/target";
import { begun, changed, rated, toldOpinion, toldWishes } from "./wishes";

export { EMPTY, type Problem, type State } from "./state";

/** What can happen; `now_ms` is the wall's clock. */
export type Happening =
  | { readonly kind: "status"; readonly status: Status }
  | { readonly kind: "message"; readonly message: ServerMessage; readonly now_ms: number }
  | { readonly kind: "problem"; readonly sentence: string; readonly now_ms: number }
  | { readonly kind: "token"; readonly may_send: boolean }
  | { readonly kind: "measured"; readonly sample: Sample; readonly moment: Moment }
  | { readonly kind: "spare"; readonly push: SongPush | null }
  | { readonly kind: "begin"; readonly settings: Settings; readonly now_ms: number }
  /** The athlete ends the workout at `at_ms` of it; the server is told as soon as it can be. */
  | { readonly kind: "end"; readonly id: string; readonly at_ms: number; readonly now_ms: number }
  | (Asking & { readonly kind: "skip"; readonly slot: number })
  | (Asking & { readonly kind: "change"; readonly settings: Settings })
  | (Asking & { readonly kind: "rate"; readonly song_id: string; readonly opinion: Opinion });

/** The state after `happening`. Pure: the same arguments give the same state. */
export function reduce(state: State, happening: Happening): State {
  switch (happening.kind) {
    case "status":
      return {
        ...state,
        status: happening.status,
        reopened: state.reopened || happening.status.phase === "open",
      };
    case "message":
      return withHeard(reduceMessage(state, happening.message, happening.now_ms), happening.now_ms);
    case "problem":
      return { ...state, problem: { sentence: happening.sentence, at_ms: happening.now_ms } };
    case "token":
      return { ...state, may_send: happening.may_send };
    case "measured":
      return withHeard(
        withMeasured(state, happening.sample, happening.moment),
        happening.moment.came_ms,
      );
    case "spare":
      return { ...state, spare: happening.push };
    case "begin":
      return begun(state, happening.settings, happening.now_ms);
    case "end": {
      const { id, at_ms, now_ms } = happening;
      const over = { session: state.session, ended_ms: Math.round(at_ms) };
      return { ...closed(state, over), ending: { phase: "asked", id, at_ms: now_ms } };
    }
    case "skip":
      return { ...state, skip: ask({ slot: happening.slot }, happening) };
    case "change":
      return { ...state, change: ask({ settings: happening.settings }, happening) };
    case "rate": {
      const { song_id, opinion } = happening;
      return { ...state, rate: ask({ song_id, opinion }, happening) };
    }
  }
}

/** A sample of this device is known to be new, and how fast its time runs. */
function withMeasured(state: State, sample: Sample, moment: Moment): State {
  const recent = [...state.recent.filter(([at_ms]) => sample[0] - at_ms <= RECENT_MS), sample];
  const here = { ...state, measured: sample, recent, arrivals: runningAt(moment), confirmed: true };
  const newest = newestPoint(here);
  const before_ms = state.trace.at(-1)?.at_ms ?? -Infinity;
  if (!newest || sample[0] - before_ms < TRACED_EVERY_MS) return here;
  return { ...here, trace: withTrace(here.trace, [newest]) };
}

/** The longest interval of an average, and the longest step into it. */
const RECENT_MS = 330_000;
/** As often as the server makes averages. */
const TRACED_EVERY_MS = 5_000;
const INTERVAL_SECONDS = 30;

/** The newest heart rate, of this device or of the server, and the running average there. */
export function newestPoint(state: State): TracePoint | null {
  const { measured, latest, settings } = state;
  if (!measured || comesFromElsewhere(state)) return latest;
  const interval_ms = (settings?.interval_seconds ?? INTERVAL_SECONDS) * 1000;
  const [at_ms, heart_rate] = [measured[0], steadyHeartRate(averaged(state)) ?? measured[1]];
  return { at_ms, heart_rate, average: runningAverage(averaged(state), interval_ms) };
}

/** What this device measured in this session, and before it began what the server told. */
function averaged({ recent, trace, session }: State): readonly Sample[] {
  const samples = recent.filter(([at_ms]) => at_ms >= (session ?? 0));
  const [first_ms] = samples[0] ?? [0];
  const told = trace
    .filter(({ at_ms }) => at_ms < first_ms && first_ms - at_ms <= RECENT_MS && at_ms >= (session ?? 0))
    .map(({ at_ms, heart_rate }): Sample => [at_ms, heart_rate]);
  return [...told, ...(samples.length > 0 ? samples : recent.slice(-1))];
}

/** The newest time of the workout that is known, epoch ms; nothing may be measured before it. */
export function newestTime({ session, latest, measured, over }: State): number {
  return Math.max(session ?? 0, latest?.at_ms ?? 0, measured?.[0] ?? 0, over?.ended_ms ?? 0);
}

/** Whether the server told a newer heart rate than this device measured. */
export function comesFromElsewhere({ measured, latest }: State): boolean {
  return latest !== null && (measured === null || latest.at_ms > measured[0]);
}

/** The newest heart rate, of this device or of the server, without spikes; null before there is one. */
export function newestHeartRate(state: State): number | null {
  const { measured, latest } = state;
  if (comesFromElsewhere(state)) return latest?.heart_rate ?? null;
  return measured && (steadyHeartRate(averaged(state)) ?? measured[1]);
}

/** Whether the heart rate of now is measured by this device, so that the page knows it by itself. */
export function isMeasuring(state: State, now_ms: number): boolean {
  const came_ms = state.arrivals.at(-1)?.came_ms ?? -Infinity;
  return state.measured !== null && !comesFromElsewhere(state) && now_ms - came_ms < state.stale_after_ms;
}

/** What the music goes by: the settings and the newest heart rate, of this device or of the server. */
export function effortOf(state: State): Effort {
  const heart_rate = newestHeartRate(state);
  return { settings: state.settings, latest: heart_rate === null ? null : { heart_rate } };
}

function reduceMessage(state: State, message: ServerMessage, now_ms: number): State {
  switch (message.type) {
    case "song":
      return reduceSong(state, message, now_ms);
    case "workout":
      return reduceWorkout(state, message, now_ms);
    case "started":
      return reduceStarted(state, message);
    case "ended":
      return reduceEnded(state, message, now_ms);
    case "changed":
      return changed(state, message, now_ms);
    case "rated":
      return rated(state, message, now_ms);
    case "floor":
    case "class_planned":
    case "own_songs_kept":
    case "history":
    case "past_workout":
      return state; // who asks for these listens for itself
    case "skipped":
      return { ...state, skip: skipAnswered(state.skip, message, now_ms) };
    case "error":
      return refused(state, message, now_ms);
    case "refused":
      return { ...state, problem: { sentence: refusedSentence(message.message), at_ms: now_ms } };
  }
}

/** An error that answers nothing of this kept state, such as what is pushed, is a problem. */
function refused(
  state: State,
  error: ServerMessage & { readonly type: "error" },
  now_ms: number,
): State {
  if (isAnswer(state.ending, error)) return notEnded(state, error, now_ms);
  const wish = (["skip", "change", "rate"] as const).find((name) => isAnswer(state[name], error));
  if (wish) return { ...state, [wish]: refuse(error.message, now_ms) };
  if (isTooMany(error)) return withTooMany(state, now_ms);
  return { ...state, problem: { sentence: error.message, at_ms: now_ms } };
}

const TOO_MANY =
  "Too many messages came from you at once, perhaps from other pages or devices, so the server left " +
  "some out. Heart rates and songs of your own are sent again by themselves.";
const TOLD_AGAIN_AFTER_MS = 60_000;

/** Of many messages each is refused, but said is it once. */
export function withTooMany<T extends Pick<State, "problem">>(state: T, now_ms: number): T {
  const { problem } = state;
  if (problem?.sentence === TOO_MANY && now_ms - problem.at_ms < TOLD_AGAIN_AFTER_MS) return state;
  return { ...state, problem: { sentence: TOO_MANY, at_ms: now_ms } };
}

/** What to do about the gateway's refusal of a message; it does not say of which. */
function refusedSentence(why: string): string {
  const what = "a message of this page, perhaps heart rates";
  return isWrong(why)
    ? `The server refused ${what} (${why}). Reload the page to get its newest version.`
    : `The server could not take ${what}, just now (${why}). Heart rates are sent again by themselves.`;
}

function withHeard(state: State, now_ms: number): State {
  const at_ms = workoutTime(state.arrivals, now_ms);
  const sounds = state.spare ?? position(state.songs, at_ms, state.skip).playing;
  if (at_ms === null || !sounds) return state;
  return { ...state, heard: heardNow({ ...effortOf(state), heard: state.heard }, sounds, at_ms) };
}

function reduceSong(state: State, song: SongPush, now_ms: number): State {
  if (isOver(state.over, song.session)) return state;
  if (state.session !== null && song.session < state.session) return state;
  const here = toldOpinion(inSession(state, song.session), song, now_ms);
  const songs = withSongs(here.songs, [song]);
  return { ...here, songs, skip: skipAnswered(here.skip, song, now_ms) };
}

/** Where the next song was known already, the answer to a skip is that song, moved forward. */
function skipAnswered(skip: Skip, message: Named, now_ms: number): Skip {
  if (skip.phase !== "asked" || !isAnswer(skip, message)) return skip;
  return { phase: "taken", slot: skip.slot, at_ms: now_ms };
}

function reduceWorkout(state: State, told: Workout, now_ms: number): State {
  const over = overOf(state, told);
  if (over) {
    const here = toldWishes(closed(state, over), { ...told, session: null, songs: [] }, now_ms);
    return { ...here, told: true, reopened: false, stale_after_ms: told.stale_after_ms };
  }
  const here = inSession(state, told.session);
  return {
    ...withLatest(toldWishes(here, told, now_ms), told, now_ms),
    told: true,
    reopened: false,
    stale_after_ms: told.stale_after_ms,
    trace: withTrace(here.trace, told.trace),
    songs: withSongs(here.songs, told.songs),
  };
}

/** A session begins; where its end waits for its beginning, it is over already. */
function reduceStarted(state: State, started: ServerMessage & { readonly type: "started" }): State {
  const { session, settings } = started;
  const { over, ending } = state;
  if (over && ending.phase === "asked" && isOver(over, session)) {
    return { ...state, over: { ...over, session } };
  }
  return { ...inSession(state, session), settings, chosen: null };
}

/** The workout that is told of, if it has ended; an answer may have left the server before it did. */
function overOf({ over }: State, { session, ended_ms, athlete }: Workout): Over | null {
  if (session === null) return null;
  if (typeof ended_ms === "number" && athlete === null) return { session, ended_ms };
  return over && isOver(over, session) ? { ...over, session } : null;
}

/** The state in `session`: empty if it is another one than before; a first one takes what is there. */
function inSession(state: State, session: number | null): State {
  if (state.session === session) return state;
  if (state.session === null) return { ...state, session };
  const { status, problem, told, reopened, settings, change, rate, opinions, over, ending } = state;
  const known = { status, problem, told, reopened, settings, change, rate, opinions, over, ending };
  const here = { ...EMPTY, ...known, may_send: state.may_send, session };
  const { measured, recent, arrivals, trace } = state;
  if (!measured) return here;
  // What was measured before the server told that it began is of this session too.
  return { ...here, measured, recent, arrivals, confirmed: true, trace: ofSession(trace, session) };
}

/** One song for each slot, whatever comes twice or late; only a skip moves one, and only forward. */
function withSongs(known: readonly SongPush[], told: readonly SongPush[]): readonly SongPush[] {
  const slots = new Map(known.map((song) => [song.slot, song]));
  const fresh = told.filter((song) => {
    const before = slots.get(song.slot);
    return !before || (song.song.id === before.song.id && song.starts_at_ms < before.starts_at_ms);
  });
  if (fresh.length === 0) return known;
  for (const song of fresh) slots.set(song.slot, song);
  return [...slots.values()].sort((a, b) => a.slot - b.slot);
}

function withTrace(known: readonly TracePoint[], told: readonly TracePoint[]): readonly TracePoint[] {
  const times = new Set(known.map((point) => point.at_ms));
  const fresh = told.filter((point) => !times.has(point.at_ms));
  if (fresh.length === 0) return known;
  return [...known, ...fresh].sort((a, b) => a.at_ms - b.at_ms);
}

function withLatest(state: State, { latest, stale_after_ms }: Workout, now_ms: number): State {
  if (!latest || (state.latest && latest.at_ms <= state.latest.at_ms)) return state;
  if (!comesFromElsewhere({ ...state, latest })) return { ...state, latest };
  return {
    ...state,
    latest,
    arrivals: arrived(state.arrivals, { at_ms: latest.at_ms, came_ms: now_ms }),
    confirmed: !state.reopened || isKnownToBeNew(state, latest, stale_after_ms, now_ms),
  };
}

/** The first answer on a socket may tell an old sample: its own time, or a short absence, says no. */
function isKnownToBeNew(
  state: State,
  latest: TracePoint,
  stale_after_ms: number,
  now_ms: number,
): boolean {
  const age_ms = now_ms - latest.at_ms;
  const away_ms = now_ms - (state.arrivals.at(-1)?.came_ms ?? -Infinity);
  return (age_ms >= 0 && age_ms < stale_after_ms) || (state.confirmed && away_ms < stale_after_ms);
}

export type Store = Held<State, Happening>;

/** Holds one state for the views. */
export function createStore(): Store {
  return hold(reduce, EMPTY);
}
