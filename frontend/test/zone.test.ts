import { describe, expect, test } from "vitest";

import { ZONES, ZONE_NAMES, rangeOf, reserve, zoneOf, zoneSpans, zoneWords } from "../src/workout/zone";
import { SETTINGS } from "./helpers";

const RANGE = { resting_heart_rate: 60, max_heart_rate: 160 };

describe("zones", () => {
  test("begin at 30, 40, 60 and 90 percent of the heart-rate reserve", () => {
    const heart_rates = [40, 60, 89, 90, 99, 100, 119, 120, 149, 150, 160, 220];
    expect(heart_rates.map((each) => zoneOf(each, RANGE))).toEqual([1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]);
  });

  test("have a number and a name each", () => {
    expect(ZONES.map(zoneWords)).toEqual([
      "Zone 1, very light",
      "Zone 2, light",
      "Zone 3, moderate",
      "Zone 4, hard",
      "Zone 5, very hard",
    ]);
    expect(Object.keys(ZONE_NAMES)).toHaveLength(ZONES.length);
  });

  test("are those of the age where no maximum is known", () => {
    expect(rangeOf({ ...SETTINGS, age: 40 })).toEqual({ resting_heart_rate: 60, max_heart_rate: 180 });
    expect(rangeOf({ ...SETTINGS, max_heart_rate: 190 }).max_heart_rate).toBe(190);
  });

  test("lie one above the other, without an end", () => {
    expect(zoneSpans(RANGE).map(({ from, to }) => [from, to])).toEqual([
      [-Infinity, 90],
      [90, 100],
      [100, 120],
      [120, 150],
      [150, Infinity],
    ]);
    for (const { zone, from, to } of zoneSpans(RANGE)) {
      expect(zoneOf(Math.max(from, 60), RANGE)).toBe(zone);
      expect(zoneOf(Math.min(to, 200) - 0.1, RANGE)).toBe(zone);
    }
  });

  test("a heart below its rest uses no reserve, one above its maximum more than all", () => {
    expect(reserve(50, RANGE)).toBe(0);
    expect(reserve(170, RANGE)).toBeCloseTo(1.1);
  });

  test("a maximum that is not above the rest yields no nonsense", () => {
    const none = { resting_heart_rate: 70, max_heart_rate: 70 };
    expect([zoneOf(70, none), zoneOf(71, none)]).toEqual([1, 5]);
    expect(zoneSpans(none)).toEqual([]);
  });
});
