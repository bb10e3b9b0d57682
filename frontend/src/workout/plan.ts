/** A workout plan of one's own, as typed. */
import type { Read } from "./about";
import { PHASE_SECONDS } from "../wire/limits";
import type { Phase, Settings } from "../wire/messages";
import type { Zone } from "./zone";

/** A phase as typed: "2.5" minutes. */
export interface Row {
  readonly minutes: string;
  readonly zone: Zone;
}

const FIRST_ROWS: readonly Row[] = [
  { minutes: "5", zone: 2 },
  { minutes: "20", zone: 3 },
  { minutes: "5", zone: 1 },
];

/** The rows of one's own plan; where there is none, a short one to begin with. */
export function rowsOf(plan: Settings["plan"]): readonly Row[] {
  if (typeof plan === "string") return FIRST_ROWS;
  return plan.map(({ seconds, zone }) => ({
    minutes: minutesOf(seconds, 2),
    zone: zone as Zone,
  }));
}

/** The plan that the rows say, or a sentence about the first that cannot be used. */
export function readPlan(rows: readonly Row[]): Read {
  if (rows.length === 0) return { sentence: "A plan needs at least one phase. Add one." };
  const phases = rows.map(phaseOf);
  const wrong = phases.findIndex((each) => each === null);
  if (wrong >= 0) {
    return {
      sentence:
        `Phase ${wrong + 1} lasts “${rows[wrong]?.minutes.trim() ?? ""}” minutes; ` +
        `it must be a number from ${minutesOf(PHASE_SECONDS.low, 1)} to ${minutesOf(PHASE_SECONDS.high, 1)}.`,
    };
  }
  return { wish: { mode: "plan", plan: phases.filter((each) => each !== null) } };
}

function phaseOf({ minutes, zone }: Row): Phase | null {
  const seconds = Math.round(Number(minutes) * 60);
  const isNumber = /^\d+(\.\d+)?$/.test(minutes.trim());
  const fits = seconds >= PHASE_SECONDS.low && seconds <= PHASE_SECONDS.high;
  return isNumber && fits ? { seconds, zone } : null;
}

function minutesOf(seconds: number, digits: number): string {
  return String(Number((seconds / 60).toFixed(digits)));
}
