import { describe, expect, test } from "vitest";

import shared from "../../events/running_averages.json?raw";
import type { Sample } from "../src/wire/messages";
import { runningAverage } from "../src/workout/average";

interface Case {
  readonly case: string;
  readonly interval_seconds: number;
  readonly samples: readonly Sample[];
  readonly average: number;
}

const CASES = JSON.parse(shared) as readonly Case[];

describe("the running average is the one of the domain", () => {
  test("for enough cases", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(14);
  });

  test.each(CASES)("$case", ({ interval_seconds, samples, average }) => {
    expect(runningAverage(samples, interval_seconds * 1000)).toBeCloseTo(average, 9);
  });
});
