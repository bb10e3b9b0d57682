import { describe, expect, test } from "vitest";

import type { Sample, SongPush } from "../src/wire/messages";
import { samplesOf, summaryOf } from "../src/workout/summary";
import { SESSION, point, songPush } from "./helpers";

const RANGE = { resting_heart_rate: 60, max_heart_rate: 160 };

function at(seconds: number, heart_rate: number): Sample {
  return [SESSION + seconds * 1000, heart_rate];
}

function every(step: number, from: number, to: number, heart_rate: number): readonly Sample[] {
  const count = Math.floor((to - from) / step) + 1;
  return Array.from({ length: count }, (_, n) => at(from + n * step, heart_rate));
}

function summary(samples: readonly Sample[], songs: readonly SongPush[] = []) {
  const made = summaryOf(samples, songs, RANGE);
  if (!made) throw new Error("There is no summary.");
  return made;
}

describe("the samples of a workout", () => {
  const told = { trace: [point(0), point(15), point(30)], latest: point(33, 125), session: SESSION };

  test("are the server's points and its newest one", () => {
    expect(samplesOf(told, [])).toEqual([at(0, 120), at(15, 120), at(30, 120), at(33, 125)]);
  });

  test("are this device's own where it measured, as those are finer", () => {
    const measured = every(1, 12, 34, 130);
    expect(samplesOf(told, measured)).toEqual([at(0, 120), ...measured]);
  });

  test("are each there once, in their order", () => {
    const twice = { ...told, latest: point(30) };
    const times = samplesOf(twice, []).map(([at_ms]) => at_ms);
    expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));
  });

  test("are none of an earlier session", () => {
    const earlier = { ...told, trace: [point(-600), ...told.trace] };
    expect(samplesOf(earlier, [at(-500, 99)])[0]).toEqual(at(0, 120));
  });
});

describe("a summary", () => {
  test("is none without a heart rate", () => {
    expect(summaryOf([], [songPush(0)], RANGE)).toBeNull();
  });

  test("of one heart rate is that one", () => {
    const one = summary([at(0, 100)]);
    expect([one.duration_ms, one.average, one.maximum]).toEqual([0, 100, 100]);
  });

  test("averages over time and not over samples", () => {
    const { average, maximum, duration_ms } = summary([at(0, 100), at(1, 100), at(2, 100), at(30, 140)]);
    expect(average).toBeCloseTo((2 * 100 + 28 * 120) / 30);
    expect(maximum).toBe(140);
    expect(duration_ms).toBe(30_000);
  });

  test("shares the time among the zones, as finely as it was measured", () => {
    const { zones_ms } = summary([...every(15, 0, 300, 95), ...every(1, 301, 420, 125)]);
    expect(zones_ms[2]).toBe(300_000);
    expect(zones_ms[3]).toBe(1_000); // on the way from 95 to 125
    expect(zones_ms[4]).toBe(119_000);
  });

  test("counts a hole of more than 30 s in no zone", () => {
    const { duration_ms, holes_ms, zones_ms } = summary([
      ...every(15, 0, 60, 95),
      ...every(15, 90, 120, 95),
      ...every(15, 151, 181, 95),
    ]);
    expect(duration_ms).toBe(181_000);
    expect(holes_ms).toBe(31_000);
    expect(Object.values(zones_ms).reduce((sum, each) => sum + each)).toBe(150_000);
  });

  test("tells the mean distance of each song, as it was heard", () => {
    const [fit] = summary(every(1, 0, 200, 120), [songPush(0)]).songs;
    expect(fit?.distance).toBeCloseTo(0);
    const [bent] = summary(every(1, 0, 200, 150), [songPush(0)]).songs;
    expect(bent?.distance).toBeGreaterThan((150 - 120 * 1.04) / 150);
    expect(bent?.distance).toBeLessThan(30 / 150);
  });

  test("measures a song of another mode by the target of then", () => {
    const push = songPush(0, { why: { ...songPush(0).why, mode: "zone", target_tempo: 120 } });
    expect(summary(every(1, 0, 200, 170), [push]).songs[0]?.distance).toBeCloseTo(0);
  });

  test("knows no fit of a song that played in a hole", () => {
    const samples = [...every(1, 0, 200, 120), ...every(1, 401, 600, 122)];
    const fits = summary(samples, [songPush(0), songPush(1), songPush(2)]).songs;
    expect(fits.map(({ distance }) => distance !== null)).toEqual([true, false, true]);
  });

  test("names the songs that fitted best and worst, where there are several", () => {
    const songs = [songPush(0), songPush(1), songPush(2)];
    const samples = [...every(1, 0, 200, 150), ...every(1, 201, 400, 121), ...every(1, 401, 600, 130)];
    const { best, worst } = summary(samples, songs);
    expect([best?.push.slot, worst?.push.slot]).toEqual([1, 0]);
    expect(summary(samples, [songPush(0)]).best).toBeNull();
  });

  test("praises no song that was off, and blames none that fitted", () => {
    const songs = [songPush(0), songPush(1)];
    const off = summary([...every(1, 0, 200, 160), ...every(1, 201, 400, 170)], songs);
    expect([off.best, off.worst?.push.slot]).toEqual([null, 1]);
    const fits = summary([...every(1, 0, 200, 120), ...every(1, 201, 400, 122)], songs);
    expect([fits.best?.push.slot, fits.worst]).toEqual([0, null]);
  });

  test("counts skips, and what played of each song", () => {
    const early = songPush(1, { starts_at_ms: SESSION + 50_000, ends_at_ms: SESSION + 250_000 });
    const { skips, songs } = summary(every(1, 0, 120, 120), [songPush(0), early, songPush(2)]);
    expect(skips).toBe(1);
    expect(songs.map(({ played_ms, skipped }) => [played_ms, skipped])).toEqual([
      [50_000, true],
      [70_000, false],
    ]);
  });
});
