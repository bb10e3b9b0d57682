import { describe, expect, test } from "vitest";

import shared from "../../events/bends.json?raw";
import { playbackRate } from "../src/workout/bend";

interface Bend {
  readonly case: string;
  readonly rate: number;
  readonly tempo: [number, number];
  readonly target: number;
  readonly elapsed_seconds: number;
  readonly next_rate: number;
}

const BENDS = JSON.parse(shared) as readonly Bend[];

describe("the playback rate is the one of the domain", () => {
  test("for enough cases", () => {
    expect(BENDS.length).toBeGreaterThanOrEqual(12);
  });

  test.each(BENDS)("$case", ({ rate, tempo, target, elapsed_seconds, next_rate }) => {
    expect(playbackRate(rate, tempo, target, elapsed_seconds)).toBeCloseTo(next_rate, 12);
  });
});
