import { describe, expect, test } from "vitest";

import { type Arrival, arrived, speed, workoutTime } from "../src/workout/clock";

/** A sample every `every` ms of life, in a replay `rate` times as fast. */
function stream(rate: number, every: number, count: number): readonly Arrival[] {
  return Array.from({ length: count }, (_, n) => ({
    at_ms: 1_000_000 + n * every * rate,
    came_ms: n * every,
  })).reduce<readonly Arrival[]>(arrived, []);
}

describe("the workout's clock", () => {
  test("does not run before the first sample", () => {
    expect(workoutTime([], 5)).toBeNull();
  });

  test("is the newest sample's time and what has passed since it came", () => {
    expect(workoutTime(stream(1, 2000, 1), 700)).toBe(1_000_700);
    expect(workoutTime(stream(1, 2000, 4), 6900)).toBe(1_006_900);
  });

  test("runs on at the speed of life while no sample comes", () => {
    expect(workoutTime(stream(1, 2000, 4), 66_000)).toBe(1_066_000);
  });

  test("takes uneven batches of a real workout for the speed of life", () => {
    const uneven = [
      { at_ms: 0, came_ms: 0 },
      { at_ms: 5000, came_ms: 4000 },
    ];
    expect(speed(uneven)).toBe(1);
  });

  test("does not go back when a batch comes late", () => {
    const late = arrived(stream(1, 2000, 4), { at_ms: 1_006_500, came_ms: 8000 });
    expect(workoutTime(late, 8000)).toBe(1_008_000);
  });

  test("follows a replay ten times as fast as life", () => {
    const replay = stream(10, 2000, 5);
    expect(speed(replay)).toBeCloseTo(10);
    expect(workoutTime(replay, 8500)).toBeCloseTo(1_085_000);
  });

  test("does not run far ahead of a replay that ended", () => {
    const atEnd = workoutTime(stream(10, 2000, 5), 8000) ?? 0;
    const later = workoutTime(stream(10, 2000, 5), 68_000) ?? 0;
    expect(later - atEnd).toBeCloseTo(60_000 + 54_000);
  });

  test("forgets the speed of long ago", () => {
    const slower = [22_000, 24_000, 26_000, 28_000, 30_000].reduce<readonly Arrival[]>(
      (known, came_ms) => arrived(known, { at_ms: 1_080_000 + came_ms, came_ms }),
      stream(10, 2000, 5),
    );
    expect(speed(slower)).toBe(1);
  });
});
