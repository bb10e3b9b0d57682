import { describe, expect, test } from "vitest";

import shared from "../../events/plans.json?raw";
import type { PlanName, Settings } from "../src/wire/messages";
import { PLANS } from "../src/workout/modes";
import { beepsWithin, chosenZone, phaseAt, phasesOf, planBegan, spokenPhase, thenWords } from "../src/workout/phases";
import { SETTINGS } from "./helpers";

const SHARED = JSON.parse(shared) as Record<PlanName, readonly (readonly [number, number])[]>;
const OWN = [
  { seconds: 60, zone: 2 },
  { seconds: 90, zone: 4 },
];
const at = (ms: number) => {
  const now = phaseAt(OWN, ms);
  if (!now) throw new Error("There is no phase.");
  return now;
};

describe("a plan", () => {
  test("of a name has the phases that the domain has", () => {
    expect(PLANS.toSorted()).toEqual(Object.keys(SHARED).toSorted());
    for (const name of PLANS) {
      expect(phasesOf(name).map(({ seconds, zone }) => [seconds, zone])).toEqual(SHARED[name]);
    }
  });

  test("is in the phase that its time says, which ends where the next begins", () => {
    expect(at(0)).toEqual({ index: 0, count: 2, zone: 2, left_ms: 60_000, next: OWN[1] });
    expect(at(59_999).index).toBe(0);
    expect(at(60_000)).toEqual({ index: 1, count: 2, zone: 4, left_ms: 90_000, next: null });
  });

  test("stays in its last zone when it is done", () => {
    expect(at(150_000)).toEqual({ index: 1, count: 2, zone: 4, left_ms: null, next: null });
  });

  test("without a phase is none", () => {
    expect(phaseAt([], 0)).toBeNull();
  });

  test("says what follows", () => {
    expect([0, 60_000, 150_000].map((ms) => thenWords(at(ms)))).toEqual([
      "then hard 1:30",
      "then the plan is done",
      "The plan is done; its last zone goes on.",
    ]);
  });

  test("is said aloud, phase by phase", () => {
    expect(spokenPhase(at(60_000))).toBe("Phase 2 of 2. hard, zone 4, for 90 seconds.");
    expect(spokenPhase({ ...at(0), left_ms: 240_000 })).toContain("for 4 minutes.");
    expect(spokenPhase({ ...at(0), left_ms: 150_000 })).toContain("for 2 minutes and 30 seconds.");
    expect(spokenPhase(at(150_000))).toBe("The plan is done. Well done.");
  });

  test("beeps three, two and one second before a change, however late it is looked at", () => {
    expect(beepsWithin(60_000)).toEqual([]);
    expect(beepsWithin(3_250)).toEqual([0.25, 1.25, 2.25]);
    expect(beepsWithin(1_500)).toEqual([0.5]);
    expect(beepsWithin(500)).toEqual([]);
    expect(beepsWithin(null)).toEqual([]);
  });
});

test("a plan begins with the session, or when a coach started it for everybody", () => {
  expect(planBegan(SETTINGS, 7)).toBe(7);
  expect(planBegan({ ...SETTINGS, plan_started_ms: 60_007 }, 7)).toBe(60_007);
});

test("a zone is chosen by a goal or by a plan, and by no other mode", () => {
  const of = (changes: Partial<Settings>, ms = 0) => chosenZone({ ...SETTINGS, goal_zone: 4, ...changes }, ms);
  expect([of({ mode: "push" }), of({ mode: "hold" })]).toEqual([4, 4]);
  expect([of({ mode: "plan", plan: OWN }), of({ mode: "plan", plan: OWN }, 60_000)]).toEqual([2, 4]);
  expect((["pulse", "zone", "recover", "cadence"] as const).map((mode) => of({ mode }))).toEqual([null, null, null, null]);
});
