import { describe, expect, test } from "vitest";

import { bands, bar, columns, ofSession, shownStretch, shownValues, wholeStretch } from "../src/workout/line";
import { SESSION, point, songPush } from "./helpers";

const stretch = { from_ms: SESSION, to_ms: SESSION + 400_000 };

describe("the chart", () => {
  test("shows a few minutes even of a young workout", () => {
    const shown = shownStretch([point(0)], SESSION + 5000);
    expect(shown).toEqual({ from_ms: SESSION, to_ms: SESSION + 180_000 });
  });

  test("follows the newest minutes of a long one", () => {
    const at_ms = SESSION + 3_600_000;
    const shown = shownStretch([point(0)], at_ms);
    expect(shown.to_ms).toBeGreaterThan(at_ms);
    expect(shown.to_ms - shown.from_ms).toBe(480_000);
  });

  test("shows all of a workout that has ended", () => {
    const at_ms = SESSION + 3_600_000;
    expect(wholeStretch([point(0)], at_ms)).toEqual({ from_ms: SESSION, to_ms: at_ms });
  });

  test("leaves a hole where there was no heart rate", () => {
    const [times, heartRates] = columns([point(0), point(1), point(60)], stretch);
    expect(times).toEqual([SESSION, SESSION + 1000, SESSION + 1001, SESSION + 60_000]);
    expect(heartRates).toEqual([120, 120, null, 120]);
  });

  test("draws no summit of a single mad sample, and every climb that lasts", () => {
    const trace = [point(0), point(5, 210), point(10), point(15, 160), point(20, 165), point(25, 60), point(30, 165)];
    expect(columns(trace, stretch)[1]).toEqual([120, 120, 160, 165, 165]);
  });

  test("loses no tempo of a song that is a few pixels wide", () => {
    expect(bar(10, 40, 4)).toEqual([14, 36]);
    for (const width of [0, 1, 3, 7, 8]) {
      const [from, to] = bar(10, 10 + width, 4);
      expect(to - from).toBeGreaterThanOrEqual(1);
    }
  });

  test("leaves out the line of an earlier session", () => {
    expect(ofSession([point(-3600), point(-5), point(1)], SESSION)).toEqual([point(-5), point(1)]);
  });

  test("lays songs beneath as bands that meet and do not overlap", () => {
    const skipped = [songPush(0), songPush(1, { starts_at_ms: SESSION + 100_000 })];
    expect(bands(skipped, stretch).map(({ left, width }) => [left, width])).toEqual([
      [0, 0.25],
      [0.25, 0.75],
    ]);
  });

  test("leaves out songs of another time", () => {
    expect(bands([songPush(5)], stretch)).toEqual([]);
  });

  test("has room for lines and tempi", () => {
    const [low, high] = shownValues([[0], [120], [null]], [100, 175]);
    expect(low).toBeLessThan(100);
    expect(high).toBeGreaterThan(175);
  });
});
