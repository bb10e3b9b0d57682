import { describe, expect, test } from "vitest";

import type { Zone } from "../src/workout/zone";
import { HOLDS_MS, UNWATCHED, type ZoneCue, watchZone } from "../src/workout/zoneWatch";

/** What is heard of a heart that is in each zone for so many seconds, looked at each second. */
function heard(chosen: Zone, ...zones: readonly (readonly [Zone | null, number])[]): readonly ZoneCue[] {
  const cues: ZoneCue[] = [];
  let [watched, second] = [UNWATCHED, 0];
  for (const [zone, seconds] of zones) {
    for (const until = second + seconds; second < until; second += 1) {
      const [after, cue] = watchZone(watched, chosen, zone, second * 1000);
      watched = after;
      if (cue) cues.push(cue);
    }
  }
  return cues;
}

describe("a chosen zone", () => {
  test("is left and reached again", () => {
    expect(heard(3, [3, 20], [4, 20], [3, 20], [2, 20], [3, 20])).toEqual(["too-high", "back", "too-low", "back"]);
  });

  test("is not left before it was reached", () => {
    expect(heard(4, [1, 60], [2, 60], [3, 60], [4, 60])).toEqual([]);
  });

  test("is not left by a heart that wavers around its limit", () => {
    const wavers = Array.from({ length: 20 }, () => [[3, 3], [4, 3]] as const).flat();
    expect(HOLDS_MS).toBeGreaterThan(3_000);
    expect(heard(3, ...wavers)).toEqual([]);
  });

  test("is left once, however far", () => {
    expect(heard(2, [2, 20], [3, 20], [5, 60])).toEqual(["too-high"]);
  });

  test("says so when the heart goes through it to the other side", () => {
    expect(heard(3, [3, 20], [2, 20], [3, 2], [4, 20])).toEqual(["too-low", "too-high"]);
  });

  test("is not left by a heart that is not known", () => {
    expect(heard(3, [3, 20], [null, 60], [3, 20])).toEqual([]);
  });

  test("that is another one is to be reached first", () => {
    const [inside] = watchZone(...([UNWATCHED, 3, 3, 0] as const));
    const [settled] = watchZone(inside, 3, 3, 1_000);
    const [other] = watchZone(settled, 4, 3, 2_000);
    expect(watchZone(other, 4, 3, 60_000)[1]).toBeNull();
  });
});
