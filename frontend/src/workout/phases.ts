/** Where a workout plan stands: its phases in their order, from when it began. */
import type { Phase, PlanName, Settings } from "../wire/messages";
import { duration } from "./words";
import { ZONE_NAMES, type Zone } from "./zone";

type Told = readonly [seconds: number, zone: Zone];

const REST: Told = [90, 2];
const repeated = (times: number, ...phases: readonly Told[]) =>
  Array.from({ length: times }, () => phases).flat();

/** As `lambdas/domain/plans.py` has them: events/plans.json holds the two equal. */
const PLANS: Readonly<Record<PlanName, readonly Told[]>> = {
  steady: [[300, 2], [1800, 3], [300, 1]],
  intervals: [[600, 2], ...repeated(4, [240, 5], [180, 2]), [300, 1]],
  pyramid: [
    ...([[300, 2], [60, 4], [60, 2], [120, 4], REST, [180, 4], [120, 2], [240, 4]] as const),
    ...([[120, 2], [180, 4], REST, [120, 4], [60, 2], [60, 4], [300, 1]] as const),
  ],
  "couch-to-5k": [[300, 2], ...repeated(8, [60, 4], REST), [300, 1]],
};

/** The phases of a plan: of one by its name, or of somebody's own. */
export function phasesOf(plan: Settings["plan"]): readonly Phase[] {
  if (typeof plan !== "string") return plan;
  return PLANS[plan].map(([seconds, zone]) => ({ seconds, zone }));
}

/** When the plan of a session began: with it, unless a coach started it for everybody. */
export function planBegan({ plan_started_ms }: Settings, session: number): number {
  return plan_started_ms ?? session;
}

/** The phase of a moment. */
export interface PhaseNow {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  readonly zone: Zone;
  /** Until the next phase, or the plan's end; null after that, when the last phase goes on. */
  readonly left_ms: number | null;
  readonly next: Phase | null;
}

/** Where a plan stands `elapsed_ms` after its beginning; null where it has no phase. */
export function phaseAt(phases: readonly Phase[], elapsed_ms: number): PhaseNow | null {
  const count = phases.length;
  let ends_ms = 0;
  for (const [index, { seconds, zone }] of phases.entries()) {
    ends_ms += seconds * 1000;
    const next = phases[index + 1] ?? null;
    if (elapsed_ms < ends_ms) return { index, count, zone: zone as Zone, left_ms: ends_ms - elapsed_ms, next };
  }
  const last = phases.at(-1);
  return last ? { index: count - 1, count, zone: last.zone as Zone, left_ms: null, next: null } : null;
}

/** "hard, zone 4". */
export function zonePhrase(zone: number): string {
  return `${ZONE_NAMES[zone as Zone]}, zone ${zone}`;
}

/** What comes after this phase. */
export function thenWords({ left_ms, next }: PhaseNow): string {
  if (left_ms === null) return "The plan is done; its last zone goes on.";
  if (!next) return "then the plan is done";
  return `then ${ZONE_NAMES[next.zone as Zone]} ${duration(next.seconds * 1000)}`;
}

/** A phase as it is said aloud when it begins. */
export function spokenPhase({ index, count, zone, left_ms }: PhaseNow): string {
  if (left_ms === null) return "The plan is done. Well done.";
  return `Phase ${index + 1} of ${count}. ${zonePhrase(zone)}, for ${spokenLength(left_ms)}.`;
}

function spokenLength(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return rest === 0 ? `${minutes} minutes` : `${minutes} minutes and ${rest} seconds`;
}

/** A beep each so many seconds before a phase changes. */
const BEEPS_BEFORE = [3, 2, 1] as const;
/** Beeps are set this long before the first, however late a timer comes. */
const SET_MS = 3_500;

/** When to beep for a change in `left_ms`, in seconds from now; none while it is far. */
export function beepsWithin(left_ms: number | null): readonly number[] {
  if (left_ms === null || left_ms > SET_MS) return [];
  return BEEPS_BEFORE.map((before) => left_ms / 1000 - before).filter((seconds) => seconds >= 0);
}

/** The zone that somebody chose to be in at a moment; null where the mode has none. */
export function chosenZone(settings: Settings, elapsed_ms: number): Zone | null {
  switch (settings.mode) {
    case "push":
    case "hold":
      return settings.goal_zone as Zone;
    case "plan":
      return phaseAt(phasesOf(settings.plan), elapsed_ms)?.zone ?? null;
    case "pulse":
    case "zone":
    case "recover":
    case "cadence":
      return null;
  }
}
