import { describe, expect, test } from "vitest";

import shared from "../../events/targets.json?raw";
import type { Mode } from "../src/wire/messages";
import { targetNow, targetThen } from "../src/workout/target";
import { songPush } from "./helpers";

interface Case {
  readonly case: string;
  readonly mode: Mode;
  readonly lock: number | null;
  readonly heart_rate: number | null;
  readonly target: number;
  readonly target_now: number;
}

const CASES = JSON.parse(shared) as readonly Case[];
const CHOSEN = songPush(0);

describe("what would suit now is what the domain says", () => {
  test("for enough cases", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(9);
  });

  test.each(CASES)("$case", ({ mode, lock, heart_rate, target, target_now }) => {
    const aimed = { ...CHOSEN, why: { ...CHOSEN.why, target_tempo: target } };
    const latest = heart_rate === null ? null : { heart_rate };
    expect(targetNow({ settings: { mode, lock }, latest }, aimed)).toBe(target_now);
  });

  test.each(CASES.filter(({ heart_rate }) => heart_rate !== null))(
    "while a song of that choice played: $case",
    ({ mode, lock, heart_rate, target, target_now }) => {
      const chosen = { ...CHOSEN, why: { ...CHOSEN.why, mode, lock, target_tempo: target } };
      expect(targetThen(heart_rate ?? 0, chosen)).toBe(target_now);
    },
  );
});
