/** The state of a coach's page: who is on the floor, each in the place that their name gives them. */
import { type Standing, bandOf, needsAttention, reason, stand } from "./attention";
import type { Status } from "../wire/connection";
import { type Held, hold } from "../session/held";
import type { FloorClass, FloorPerson, FloorView, Sample, ServerMessage } from "../wire/messages";
import { type Problem, withTooMany } from "../session/store";
import { type Asked, type Asking, ask, isAnswer, refuse } from "../workout/asked";

/** Somebody on the floor, as of the newest answer. */
export interface Person extends Standing {
  readonly told: FloorPerson;
  /** When the newest heart rate came, on the wall; null before any did. */
  readonly came_ms: number | null;
  readonly reason: string;
  readonly stale: boolean;
  /** Heart rates of the last minute and a half that answers told of, oldest first. */
  readonly recent: readonly Sample[];
}

export interface FloorState {
  readonly status: Status;
  /** When the newest answer came, on the wall; null before the first one. */
  readonly seen_ms: number | null;
  /** Whether the next answer is the first since the socket opened. */
  readonly reopened: boolean;
  /** By name, so that nobody changes places while one looks. */
  readonly people: readonly Person[];
  /** All who are on the floor; the server tells of the newest 200. */
  readonly count: number;
  /** Why this floor is not shown to who asks; empty where it is. */
  readonly refusal: string;
  readonly problem: Problem | null;
  /** The plan that everybody follows, if one was started and is not done. */
  readonly running: FloorClass | null;
  /** What was asked of it last; `people` is how many it reached, as soon as that is known. */
  readonly planning: Asked<{ people: number }>;
}

export const EMPTY_FLOOR: FloorState = {
  status: { phase: "connecting" },
  seen_ms: null,
  reopened: true,
  people: [],
  count: 0,
  refusal: "",
  problem: null,
  running: null,
  planning: { phase: "none" },
};

/** What can happen; `now_ms` is the wall's clock. */
export type FloorHappening =
  | { readonly kind: "status"; readonly status: Status }
  | { readonly kind: "view"; readonly view: FloorView; readonly now_ms: number }
  | { readonly kind: "refusal"; readonly sentence: string }
  | { readonly kind: "problem"; readonly sentence: string; readonly now_ms: number }
  | { readonly kind: "planning"; readonly asking: Asking }
  | { readonly kind: "planned"; readonly answer: Planned; readonly now_ms: number }
  | { readonly kind: "too_many"; readonly now_ms: number };

type Planned = ServerMessage & { readonly type: "class_planned" | "error" };

export type FloorStore = Held<FloorState, FloorHappening>;

export function createFloorStore(): FloorStore {
  return hold(reduceFloor, EMPTY_FLOOR);
}

/** The state after `happening`. Pure: the same arguments give the same state. */
export function reduceFloor(state: FloorState, happening: FloorHappening): FloorState {
  switch (happening.kind) {
    case "status": {
      const { status } = happening;
      return { ...state, status, reopened: state.reopened || status.phase === "open" };
    }
    case "view":
      return withView(state, happening.view, happening.now_ms);
    case "refusal":
      return { ...state, refusal: happening.sentence, people: [], count: 0 };
    case "problem":
      return { ...state, problem: { sentence: happening.sentence, at_ms: happening.now_ms } };
    case "planning":
      return { ...state, planning: ask({ people: 0 }, happening.asking) };
    case "planned":
      return withPlanned(state, happening.answer, happening.now_ms);
    case "too_many":
      return withTooMany(state, happening.now_ms);
  }
}

/** Another coach's plan is seen at the next look. */
function withPlanned(state: FloorState, answer: Planned, now_ms: number): FloorState {
  if (!isAnswer(state.planning, answer)) return state;
  if (answer.type === "error") return { ...state, planning: refuse(answer.message, now_ms) };
  const { running, people } = answer;
  return { ...state, running, planning: { phase: "taken", at_ms: now_ms, people } };
}

function withView(state: FloorState, view: FloorView, now_ms: number): FloorState {
  const before = new Map(state.people.map((person) => [person.told.user, person]));
  const { stale_after_ms, count } = view;
  const seen = { now_ms, stale_after_ms, reopened: state.reopened };
  const people = view.people
    .map((told) => personOf(before.get(told.user) ?? null, told, seen))
    .sort(byName);
  return { ...state, seen_ms: now_ms, reopened: false, people, count, running: view.running ?? null };
}

interface Seen {
  readonly now_ms: number;
  readonly stale_after_ms: number;
  readonly reopened: boolean;
}

function personOf(before: Person | null, told: FloorPerson, seen: Seen): Person {
  const { now_ms, stale_after_ms } = seen;
  const came_ms = cameAt(before, told, seen);
  const silent_ms = came_ms === null ? null : Math.max(0, now_ms - came_ms);
  const standing = stand(before, bandOf(told, silent_ms, stale_after_ms));
  return {
    ...standing,
    told,
    came_ms,
    reason: reason(standing.band, told, silent_ms, stale_after_ms),
    recent: recentOf(before?.recent ?? [], told),
    stale: silent_ms === null || silent_ms >= stale_after_ms,
  };
}

/**
 * A time that is another than before came just now, whatever it says. At first sight there is no
 * before, so a heart rate that says to be old is taken to be as old as it says.
 */
function cameAt(before: Person | null, { latest }: FloorPerson, seen: Seen): number | null {
  const { now_ms, stale_after_ms, reopened } = seen;
  if (!latest) return null;
  if (before && before.told.latest?.at_ms === latest.at_ms) return before.came_ms;
  const isOld = now_ms - latest.at_ms >= stale_after_ms;
  return isOld && (!before || reopened) ? latest.at_ms : now_ms;
}

const RECENT_MS = 90_000;

/** What was told before, and now; of the last minute and a half. */
function recentOf(before: readonly Sample[], { latest }: FloorPerson): readonly Sample[] {
  if (!latest || before.at(-1)?.[0] === latest.at_ms) return before;
  const { at_ms, heart_rate } = latest;
  return [...before.filter(([then_ms]) => then_ms < at_ms && at_ms - then_ms <= RECENT_MS), [at_ms, heart_rate]];
}

function byName(one: Person, other: Person): number {
  return (
    NAMES.compare(nameOf(one.told), nameOf(other.told)) ||
    (one.told.user < other.told.user ? -1 : 1)
  );
}

const NAMES = new Intl.Collator("en", { numeric: true });

/** How a coach sees somebody named. */
export function nameOf({ alias, user }: Pick<FloorPerson, "alias" | "user">): string {
  return alias ?? user;
}

/** How many are there, and how many of them need a look. */
export function headSentence({ people, count }: FloorState): string {
  const attention = people.filter(({ band }) => needsAttention(band)).length;
  const all = `${people.length} ${people.length === 1 ? "person" : "people"}`;
  const shown = count > people.length ? `The newest ${people.length} of ${count} people` : all;
  if (attention === 0) return `${shown}, nobody needs attention`;
  return `${shown}, ${attention} ${attention === 1 ? "needs" : "need"} attention`;
}
