import { describe, expect, test } from "vitest";

import { isWarmingUp } from "../src/workout/warmUp";
import { SESSION } from "./helpers";

const point = (seconds: number, heart_rate: number, average: number) => ({
  at_ms: SESSION + seconds * 1000,
  heart_rate,
  average,
});

describe("the warm-up", () => {
  test("is while the average runs behind the heart", () => {
    expect(isWarmingUp(point(60, 120, 105), SESSION)).toBe(true);
    expect(isWarmingUp(point(90, 130, 128), SESSION)).toBe(false);
  });

  test("is while the average is of a few seconds only", () => {
    expect(isWarmingUp(point(10, 80, 80), SESSION)).toBe(true);
  });

  test("is over after three minutes, whatever the heart does", () => {
    expect(isWarmingUp(point(181, 150, 110), SESSION)).toBe(false);
  });

  test("is none before anything is known", () => {
    expect(isWarmingUp(null, SESSION)).toBe(false);
    expect(isWarmingUp(point(1, 80, 80), null)).toBe(false);
  });
});
