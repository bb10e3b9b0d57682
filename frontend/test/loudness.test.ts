import { describe, expect, test } from "vitest";

import { LOUDNESS, gainOf } from "../src/music/levels";
import { HEARD_RATE } from "../src/ownSongs/hearing";
import { loudnessOf } from "../src/ownSongs/loudness";

/** Sines of so many decibels below full scale, one after the other: [decibels, seconds]. */
function sines(hertz: number, rate: number, ...parts: readonly (readonly [number, number])[]): Float32Array {
  let phase = 0;
  return Float32Array.from(
    parts.flatMap(([decibels, seconds]) =>
      Array.from({ length: Math.round(seconds * rate) }, () => {
        phase += (2 * Math.PI * hertz) / rate;
        return 10 ** (decibels / 20) * Math.sin(phase);
      }),
    ),
  );
}

describe.each([48_000, HEARD_RATE])("loudness at %i samples a second", (rate) => {
  test("of a sine of 997 Hz at full scale in one channel is -3.01", () => {
    expect(loudnessOf([sines(997, rate, [0, 5])], rate)).toBeCloseTo(-3.01, 1);
    const silent = new Float32Array(5 * rate);
    expect(loudnessOf([sines(997, rate, [0, 5]), silent], rate)).toBeCloseTo(-3.01, 1);
  });

  test("of both channels is the sum of theirs", () => {
    const sine = sines(1_000, rate, [-23, 20]);
    expect(Math.abs((loudnessOf([sine, sine], rate) ?? 0) + 23)).toBeLessThan(0.1); // EBU Tech 3341, 1
  });

  test("is not lowered by quiet stretches, which are gated", () => {
    const quiet = sines(1_000, rate, [-36, 10], [-23, 60], [-36, 10]);
    expect(Math.abs((loudnessOf([quiet, quiet], rate) ?? 0) + 23)).toBeLessThan(0.1); // EBU Tech 3341, 3
    const silent = sines(1_000, rate, [-72, 10], [-36, 10], [-23, 60], [-36, 10], [-72, 10]);
    expect(Math.abs((loudnessOf([silent, silent], rate) ?? 0) + 23)).toBeLessThan(0.1); // EBU Tech 3341, 4
  });

  test("is the mean of power where nothing is gated", () => {
    const sine = sines(1_000, rate, [-26, 20], [-20, 20.1], [-26, 20]);
    expect(Math.abs((loudnessOf([sine, sine], rate) ?? 0) + 23)).toBeLessThan(0.1); // EBU Tech 3341, 5
  });

  test("weighs what is high more, and what is very low less", () => {
    const of = (hertz: number) => loudnessOf([sines(hertz, rate, [-20, 5])], rate) ?? NaN;
    expect(of(4_000) - of(997)).toBeGreaterThan(3);
    expect(of(25) - of(997)).toBeLessThan(-9);
  });

  test("is none of silence, and of what is too short", () => {
    expect(loudnessOf([new Float32Array(5 * rate)], rate)).toBeNull();
    expect(loudnessOf([sines(997, rate, [0, 0.2])], rate)).toBeNull();
    expect(loudnessOf([], rate)).toBeNull();
  });
});

describe("a recording is played", () => {
  const sound = { beats: [], begins: 0, ends: 100, loudness: LOUDNESS, peak: 0.5 };

  test("as it is where it is as loud as it should be, quieter where it is louder", () => {
    expect(gainOf(sound)).toBeCloseTo(1, 9);
    expect(gainOf({ ...sound, loudness: LOUDNESS + 6.02, peak: 1 })).toBeCloseTo(0.5, 3);
  });

  test("louder where it is quieter, but not so that it clips", () => {
    expect(gainOf({ ...sound, loudness: LOUDNESS - 3, peak: 0.5 })).toBeCloseTo(1.41, 2);
    expect(gainOf({ ...sound, loudness: LOUDNESS - 20, peak: 0.5 }) * 0.5).toBeLessThanOrEqual(1);
  });

  test("as records mostly are where nobody measured it", () => {
    expect(gainOf(null)).toBeLessThan(1);
    expect(gainOf({ ...sound, loudness: null, peak: 0 })).toBe(gainOf(null));
  });
});
