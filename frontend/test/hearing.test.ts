import { describe, expect, test } from "vitest";

import { HEARD_RATE, hear } from "../src/ownSongs/hearing";

const SECONDS = 40;
const LATE = 1.213;

/** A backbeat of `tempo`, after a silence: kicks on one and three, noise on two and four. */
function backbeat(tempo: (second: number) => number): { samples: Float32Array; beats: readonly number[] } {
  const samples = new Float32Array((SECONDS + 1) * HEARD_RATE);
  const beats: number[] = [];
  for (let at = LATE; at < SECONDS; at += 60 / tempo(at)) {
    const isKick = beats.length % 2 === 0;
    const start = Math.round(at * HEARD_RATE);
    for (let index = 0; index < 0.15 * HEARD_RATE; index += 1) {
      const second = index / HEARD_RATE;
      const kick = Math.sin(2 * Math.PI * 60 * second) * Math.exp(-second / 0.05) * (beats.length % 4 === 0 ? 0.8 : 0.5);
      const snare = 0.3 * Math.sin(index * index * 0.37) * Math.exp(-second / 0.03);
      samples[start + index] = isKick ? kick : snare;
    }
    beats.push(at);
  }
  return { samples, beats };
}

/** How far each beat that was heard is from the nearest one that was played. */
function offs(heard: readonly number[], played: readonly number[]): readonly number[] {
  return heard.map((at) => Math.min(...played.map((other) => Math.abs(other - at))));
}

describe("what is heard in a recording", () => {
  test.each([
    ["that keeps its tempo", () => 122.7],
    ["that drifts", (second: number) => 118 * (1 + 0.02 * Math.sin(second / 6))],
  ])("%s is each of its beats, within 10 ms", (_, tempo) => {
    const { samples, beats } = backbeat(tempo);
    const { beat, sound } = hear([samples, samples]);
    expect(beat?.tempo).toBeGreaterThan(114);
    expect(beat?.tempo).toBeLessThan(126);
    const inside = sound.beats.filter((at) => at > LATE - 0.1 && at < SECONDS - 1);
    expect(Math.abs(inside.length - beats.filter((at) => at < SECONDS - 1).length)).toBeLessThanOrEqual(3);
    expect(Math.max(...offs(inside, beats))).toBeLessThan(0.01);
  });

  test("is where its bars begin", () => {
    const { samples, beats } = backbeat(() => 122.7);
    const bars = beats.filter((_, index) => index % 4 === 0);
    const { sound } = hear([samples]);
    const heard = sound.beats.filter((at, index) => index % 4 === 0 && at > LATE - 0.1 && at < SECONDS - 1);
    expect(heard.length).toBeGreaterThan(15);
    expect(Math.max(...offs(heard, bars))).toBeLessThan(0.01);
  });

  test("is where its silence ends and begins, how loud it is, and its largest sample", () => {
    const { samples } = backbeat(() => 122.7);
    const { sound } = hear([samples, new Float32Array(samples.length)]);
    expect(sound.begins).toBeGreaterThan(LATE - 0.03);
    expect(sound.begins).toBeLessThanOrEqual(LATE);
    expect(sound.ends).toBeGreaterThan(SECONDS - 0.6);
    expect(sound.ends).toBeLessThan(SECONDS + 0.2);
    expect(sound.loudness).toBeLessThan(-10);
    expect(sound.loudness).toBeGreaterThan(-40);
    expect(sound.peak).toBeCloseTo(Math.max(...Array.from(samples, Math.abs).filter((value) => value > 0.3)), 6);
  });

  test("is nothing in silence, and in what has no sample", () => {
    const silence = hear([new Float32Array(20 * HEARD_RATE)]);
    expect(silence).toMatchObject({ beat: null, sound: { beats: [], begins: 0, ends: 20, loudness: null, peak: 0 } });
    expect(hear([]).sound).toMatchObject({ ends: 0, loudness: null });
  });
});
