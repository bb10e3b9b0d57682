import { describe, expect, test } from "vitest";

import { bands, bar, columns, lone, ofSession, shownStretch, shownValues, wholeStretch } from "../src/workout/line";
import { reduce } from "../src/session/store";
import { NOW, SESSION, after, point, songPush, workoutOf } from "./helpers";

const stretch = { from_ms: SESSION, to_ms: SESSION + 400_000 };

describe("the chart", () => {
  test("shows a few minutes even of a young workout", () => {
    const shown = shownStretch([point(0)], SESSION + 5000);
    expect(shown).toEqual({ from_ms: SESSION, to_ms: SESSION + 180_000 });
  });

  test("follows the newest minutes of a long one", () => {
    const at_ms = SESSION + 3_600_000;
    const shown = shownStretch([point(0), point(3_600)], at_ms);
    expect(shown.to_ms).toBeGreaterThan(at_ms);
    expect(shown.to_ms - shown.from_ms).toBe(480_000);
  });

  test("of a workout that has ended goes from its first heart rate to its last", () => {
    const at_ms = SESSION + 3_600_000;
    const shown = wholeStretch([point(0), point(1_800)], at_ms);
    expect(shown).toEqual({ from_ms: SESSION, to_ms: SESSION + 1_800_000 });
  });

  test("keeps who has stopped in sight", () => {
    const trace = [point(0), point(600)];
    const later = shownStretch(trace, SESSION + 7_200_000);
    expect(later.from_ms).toBeLessThan(SESSION + 600_000);
    expect(later.to_ms).toBeLessThan(SESSION + 720_000);
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

  test("waits for the next sample before it draws a summit at its end", () => {
    const climb = [point(0), point(5, 130), point(10, 210)];
    expect(columns(climb, stretch)[1]).toEqual([120, 130]);
    expect(columns([...climb, point(15, 212)], stretch)[1]).toEqual([120, 130, 210, 212]);
  });

  test("of a replay at 30 times life is one line, whatever the server adds to it", () => {
    let state = after([0, workoutOf()]);
    for (let second = 0; second <= 300; second += 1) {
      const at_ms = SESSION + second * 1000;
      const moment = { at_ms, came_ms: NOW + second * 33, speed: 30 };
      state = reduce(state, { kind: "measured", sample: [at_ms, 120 + second / 10], moment });
    }
    state = reduce(state, { kind: "message", message: workoutOf({ trace: [point(31), point(91, 124)] }), now_ms: NOW });
    const [times, heartRates] = columns(state.trace, stretch);
    expect(times.length).toBeGreaterThan(50);
    expect(heartRates).not.toContain(null);
  });

  test("shows a heart rate that stands between two holes", () => {
    expect(lone([null, 120, null, 121, 122, null, 123])).toEqual([1, 6]);
    expect(lone([120, 121])).toEqual([]);
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
