import { describe, expect, test } from "vitest";

import { type Heard, heardNow, heardTempo } from "../src/workout/heard";
import type { Settings, SongPush } from "../src/wire/messages";
import { SESSION, SETTINGS, after, point, songPush, workoutOf } from "./helpers";

const song = songPush(5, { starts_at_ms: SESSION }); // of 125, so it may be bent to 120-130
const why = { ...song.why, target_tempo: 126.25 };

/** The rate after `seconds` of a song, from `heard` on or from its start. */
function rateAfter(
  seconds: number,
  settings: Partial<Settings>,
  { push = song, heart = 130, heard = null as Heard | null } = {},
): number {
  const listening = { heard, settings: { ...SETTINGS, ...settings }, latest: point(0, heart) };
  return heardNow(listening, push, SESSION + seconds * 1000).rate;
}

describe("the song as heard", () => {
  test("starts at its own tempo", () => {
    expect(rateAfter(0, {})).toBe(1);
    expect(rateAfter(-8, {})).toBe(1);
  });

  test("follows the newest average in pulse", () => {
    expect(rateAfter(5, {})).toBeCloseTo(1.01);
    expect(rateAfter(60, {}, { heart: 122.5 })).toBeCloseTo(0.98);
  });

  test("follows the target that it was chosen for in any other mode", () => {
    expect(rateAfter(60, { mode: "zone" }, { push: { ...song, why } })).toBeCloseTo(1.01);
  });

  test("keeps to a locked tempo whatever the heart does", () => {
    expect(rateAfter(60, { lock: 125 }, { heart: 170 })).toBe(1);
  });

  test("goes on from where it was, and not again from the start of the song", () => {
    const heard = { slot: 5, rate: 1.03, at_ms: SESSION + 58_000 };
    expect(rateAfter(60, {}, { heart: 120, heard })).toBeCloseTo(1.026);
  });

  test("does not go back in time", () => {
    const heard = { slot: 5, rate: 1.03, at_ms: SESSION + 58_000 };
    const now = heardNow({ heard, settings: SETTINGS, latest: null }, song, SESSION + 50_000);
    expect(now).toEqual(heard);
  });

  test("begins anew with another song", () => {
    const heard = { slot: 4, rate: 0.96, at_ms: SESSION + 1000 };
    expect(rateAfter(0, {}, { heard })).toBe(1);
  });

  test("is felt at double time where the song is", () => {
    const slow: SongPush = {
      ...song,
      tempo_range: [60, 65],
      why: { ...song.why, tempo: 62.5, octave: 2 },
    };
    const rate = rateAfter(60, {}, { push: slow, heart: 127.5 });
    expect(rate).toBeCloseTo(1.02);
    expect(heardTempo(slow, { slot: 5, rate, at_ms: 0 })).toBeCloseTo(127.5);
  });
});

describe("what the page holds", () => {
  test("is bent on by every answer, at the speed of the workout", () => {
    const state = after(
      [0, workoutOf({ songs: [songPush(0)], latest: point(0, 130) })],
      [2000, workoutOf({ latest: point(2, 130) })],
      [4000, workoutOf({ latest: point(4, 110) })],
    );
    expect(state.heard?.at_ms).toBe(SESSION + 4000);
    expect(state.heard?.rate).toBeCloseTo(1.004 - 0.004);
  });
});
