import { describe, expect, test } from "vitest";

import shared from "../../events/bends.json?raw";
import { songPush } from "./helpers";
import { nextRate, playbackRate } from "../src/workout/bend";

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

describe("what is heard of a song", () => {
  const song = (id: string) => songPush(0, { song: { id, title: "", artist: "", tempo: 120 } });

  test("follows the heart all the way where it is a sketch, 2.5 % a second", () => {
    const sketch = song("demo-00007");
    expect(nextRate(sketch, 1, 180, 4)).toBeCloseTo(1.1, 9);
    expect(nextRate(sketch, 1, 180, 60)).toBeCloseTo(1.5, 9);
    expect(nextRate(sketch, 1.5, 60, 4)).toBeCloseTo(1.4, 9);
  });

  test("keeps within 4 % where it is a recording", () => {
    expect(nextRate(song("song-7"), 1, 180, 60)).toBeCloseTo(1.04, 9);
    expect(nextRate(song("song-7"), 1, 60, 60)).toBeCloseTo(0.96, 9);
  });
});
