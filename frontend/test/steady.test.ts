import { describe, expect, test } from "vitest";

import { steadier } from "../src/ownSongs/steady";

const SAMPLE_RATE = 12_000;
const RANGE = { low: 90, high: 180 };

/** Half a minute of drums at `beats`, the beats of every four that have one. */
function drums(tempo: number, beats: readonly number[] = [0, 1, 2, 3]): Float32Array {
  const samples = new Float32Array(30 * SAMPLE_RATE);
  const beat = (60 / tempo) * SAMPLE_RATE;
  for (let bar = 0; bar < samples.length / beat / 4; bar += 1) {
    for (const place of beats) {
      const start = Math.round((bar * 4 + place) * beat);
      for (let index = 0; index < 1000 && start + index < samples.length; index += 1) {
        samples[start + index] = Math.exp(-index / 300) * Math.sin((index * Math.PI) / 60);
      }
    }
  }
  return samples;
}

describe("a tempo that was taken for another", () => {
  test.each([
    [180, 120],
    [150, 100],
    [120, 160],
    [132.7, 99.5],
  ])("of %s for %s is put right", (tempo, mistaken) => {
    expect(steadier(mistaken, drums(tempo), SAMPLE_RATE, RANGE)).toBeCloseTo(tempo, 0);
  });
});

describe("a tempo that is right", () => {
  test.each([90, 100, 128, 150, 174, 180])("of %s stays", (tempo) => {
    expect(steadier(tempo, drums(tempo), SAMPLE_RATE, RANGE)).toBe(tempo);
  });

  test("stays where the drums are between the beats", () => {
    const syncopated = [0, 1.5, 3];
    expect(steadier(100, drums(100, syncopated), SAMPLE_RATE, RANGE)).toBe(100);
  });

  test("stays in silence", () => {
    expect(steadier(100, new Float32Array(SAMPLE_RATE), SAMPLE_RATE, RANGE)).toBe(100);
  });
});
