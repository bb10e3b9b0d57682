import { describe, expect, test } from "vitest";

import { decode } from "../src/wire/decode";
import type { History, PastSongs } from "../src/wire/messages";
import { NOT_LISTED, figuresOf, pathOf, pushOf, samplesOfPlays, traceOfSamples, withPage } from "../src/workout/past";
import { SESSION, example } from "./helpers";
import { pastSongs, pastWorkout, play } from "./pasts";

function page(sessions: readonly number[], before_ms: number | null): History {
  return { type: "history", workouts: sessions.map((session) => pastWorkout({ session })), before_ms };
}

describe("the list", () => {
  test("grows by pages, and shows what comes twice once", () => {
    const first = withPage(NOT_LISTED, page([9, 8, 7], 7));
    const both = withPage(first, page([7, 6], null));
    expect(both.workouts.map(({ session }) => session)).toEqual([9, 8, 7, 6]);
    expect([NOT_LISTED, first, both].map(({ before_ms }) => before_ms)).toEqual([undefined, 7, null]);
  });

  test("reads what the server says", () => {
    const told = decode(example("history")) as History;
    expect(withPage(NOT_LISTED, told).workouts).toHaveLength(1);
  });
});

describe("a workout that is over", () => {
  const past = pastSongs([
    play(0, { fit: 0.9 }),
    play(1, { fit: 0.4, skipped: true, ends_at_ms: SESSION + 250_000 }),
    play(2, { fit: null, line: [] }),
  ]);
  const figures = figuresOf(past);

  test("is summed up by the server's figures", () => {
    expect(figures).toMatchObject({
      ...{ started_ms: SESSION, duration_ms: 600_000, average: 131.4, maximum: 157, skips: 1 },
      zones_ms: { 1: 60_000, 2: 120_000, 3: 300_000, 4: 110_000, 5: 0 },
    });
  });

  test("tells of each song how long it played, and its share at the tempo", () => {
    expect(figures?.songs.map(({ played_ms, skipped, share }) => [played_ms, skipped, share])).toEqual([
      [200_000, false, 0.9],
      [50_000, true, 0.4],
      [200_000, false, null],
    ]);
    expect([figures?.best?.push.slot, figures?.worst?.push.slot]).toEqual([0, 1]);
  });

  test("names no best song among those that are alike", () => {
    const alike = figuresOf(pastSongs([play(0), play(1)]));
    expect([alike?.best, alike?.worst]).toEqual([null, null]);
  });

  test("says how long no heart rate is known for, but not of seconds", () => {
    expect(figures?.holes_ms).toBe(200_000);
    const whole = figuresOf(pastSongs([play(0)], { ends_at_ms: SESSION + 210_000 }));
    expect(whole?.holes_ms).toBe(0);
  });

  test("without a heart rate has no figures", () => {
    expect(figuresOf(pastSongs([], { average: null, highest: null }))).toBeNull();
  });

  test("has a line of its songs' lines, in order, each time once", () => {
    const samples = samplesOfPlays(past.plays);
    expect(samples).toHaveLength(81); // the last of one song is of the time of the first of the next
    expect(samples[0]).toEqual([SESSION, 120]);
    const times = samples.map(([at_ms]) => at_ms);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    const trace = traceOfSamples(samples);
    expect(trace[10]?.average).toBeCloseTo(127);
  });

  test("has songs that count as they were felt", () => {
    const push = pushOf(play(0, { tempo: 160, song: { id: "s", title: "T", artist: "A", tempo: 80 } }), SESSION);
    expect(push.why.tempo * push.why.octave).toBe(160);
  });

  test("reads what the server says", () => {
    const told = decode(example("past_workout")) as PastSongs;
    expect(figuresOf(told)?.songs[0]).toMatchObject({ share: 0.9406, played_ms: 212_500 });
  });
});

describe("the line of a workout", () => {
  test("is broken where nothing was measured", () => {
    expect(pathOf([90, 110, 0, 130, 150])).toBe("M0.0 30.0L30.0 20.7M90.0 11.3L120.0 2.0");
  });

  test("of a calm heart is calm, and in the middle", () => {
    expect(pathOf([100, 100])).toBe("M0.0 16.0L120.0 16.0");
  });

  test.each([[[]], [[0, 0]], [[0, 90]]])("of %j is none", (line) => {
    expect(pathOf(line)).toBe("");
  });
});
