import { describe, expect, test } from "vitest";

import { bands, columns, ofSession, shownStretch, shownValues, wholeStretch } from "../src/workout/line";
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
