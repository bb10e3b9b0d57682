import { describe, expect, test } from "vitest";

import type { Tone } from "../src/session/audio";
import { Coach, type Moment, type Switches } from "../src/views/plan/coach";
import type { Zone } from "../src/workout/zone";
import { SETTINGS } from "./helpers";

const ALL: Switches = { tones: true, speech: true };
const PLAN = {
  ...SETTINGS,
  mode: "plan" as const,
  plan: [
    { seconds: 60, zone: 2 },
    { seconds: 60, zone: 4 },
  ],
};

/** A coach, what it lets be heard, and a workout that goes on for some seconds, four ticks in each. */
function coached(switches = ALL, sounds = true) {
  const heard: { readonly said: string[]; readonly tones: (readonly Tone[])[] } = { said: [], tones: [] };
  const coach = new Coach({
    tones: (tones) => {
      if (sounds) heard.tones.push(tones);
      return sounds;
    },
    say: (sentence) => heard.said.push(sentence),
  });
  const go = (from: number, to: number, changes: Partial<Moment> = {}) => {
    for (let elapsed_ms = from * 1000; elapsed_ms < to * 1000; elapsed_ms += 250) {
      coach.follow({ settings: PLAN, elapsed_ms, zone: null, speed: 1, ...changes }, switches);
    }
  };
  return { heard, go };
}

describe("a plan that is followed", () => {
  test("beeps three times before each change, once", () => {
    const { heard, go } = coached();
    go(0, 130);
    expect(heard.tones.map((tones) => tones.map(({ in_seconds }) => in_seconds))).toEqual([
      [0.5, 1.5, 2.5],
      [0.5, 1.5, 2.5],
    ]);
  });

  test("is said aloud where that is wished, when a phase begins and not before", () => {
    const { heard, go } = coached();
    go(0, 59);
    expect(heard.said).toEqual([]);
    go(59, 130);
    expect(heard.said).toEqual([
      "Phase 2 of 2. hard, zone 4, for 60 seconds.",
      "The plan is done. Well done.",
    ]);
  });

  test("is another one when a coach starts it for everybody, and beeps anew", () => {
    const { heard, go } = coached();
    go(0, 58);
    go(0, 58, { settings: { ...PLAN, plan_started_ms: 7 } });
    expect(heard.tones).toHaveLength(2);
    expect(heard.said).toEqual([]);
  });

  test("is silent where nothing may be heard", () => {
    const { heard, go } = coached({ tones: false, speech: false });
    go(0, 130);
    expect(heard).toEqual({ said: [], tones: [] });
  });

  test("is silent in a replay that runs faster than life", () => {
    const { heard, go } = coached();
    go(0, 130, { speed: 10 });
    expect(heard).toEqual({ said: [], tones: [] });
  });

  test("beeps for what is left when the music begins just before a change", () => {
    const silent = coached(ALL, false);
    silent.go(0, 130);
    expect(silent.heard.tones).toEqual([]);
    const late = coached();
    late.go(58.5, 61);
    expect(late.heard.tones.map((tones) => tones.length)).toEqual([1]);
  });

  test("that is chosen in its middle is no change", () => {
    const { heard, go } = coached();
    go(0, 10, { settings: { ...PLAN, plan: "steady" } });
    go(70, 71);
    expect(heard.said).toEqual([]);
  });
});

test("a goal zone that is left is heard as falling tones, below it as rising ones, and back in it as three", () => {
  const { heard, go } = coached();
  const settings = { ...SETTINGS, mode: "hold" as const, goal_zone: 3 };
  const zones: readonly Zone[] = [3, 4, 3, 2, 3];
  for (const [index, zone] of zones.entries()) go(index * 20, index * 20 + 20, { settings, zone });
  const steps = heard.tones.map((tones) => [tones.length, Math.sign((tones.at(-1)?.hertz ?? 0) - (tones[0]?.hertz ?? 0))]);
  expect(steps).toEqual([[2, -1], [3, 1], [2, 1], [3, 1]]);
});
