import { describe, expect, test } from "vitest";

import { tapped, tappedTempo } from "../src/workout/taps";

/** Taps with these pauses between them. */
function taps(...pauses_ms: readonly number[]): readonly number[] {
  let at_ms = 1000;
  return pauses_ms.reduce((known, pause_ms) => tapped(known, (at_ms += pause_ms)), tapped([], at_ms));
}

describe("tapping along", () => {
  test("tells nothing by the first taps", () => {
    expect(tappedTempo(taps())).toBeNull();
    expect(tappedTempo(taps(500, 500))).toBeNull();
  });

  test("tells the tempo of even taps", () => {
    expect(tappedTempo(taps(500, 500, 500))).toBe(120);
  });

  test("forgives a beat that was missed and one that was tapped twice", () => {
    expect(tappedTempo(taps(490, 500, 1000, 510, 90, 500, 495))).toBe(120);
  });

  test("takes the middle of two", () => {
    expect(tappedTempo(taps(400, 490, 510, 600))).toBe(120);
  });

  test("follows the last taps, not those before", () => {
    const slow = Array.from({ length: 20 }, () => 750);
    const fast = Array.from({ length: 8 }, () => 400);
    expect(tappedTempo(taps(...slow, ...fast))).toBe(150);
  });

  test("begins anew after a pause", () => {
    expect(taps(500, 500, 500, 2001)).toHaveLength(1);
  });

  test("tells no tempo that no song has", () => {
    expect(tappedTempo(taps(100, 100, 100))).toBeNull();
    expect(tappedTempo(taps(1800, 1800, 1800))).toBeNull();
    expect(tappedTempo(taps(0, 0, 0))).toBeNull();
  });
});
