import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { playFile } from "../src/heart/recorded";
import type { Recording } from "../src/heart/recording";
import { Replay, cameAt, eventTime, paceFrom, speedAt } from "../src/heart/replay";
import type { Moment, SourceListener, SourceStatus } from "../src/heart/source";
import { NOW } from "./helpers";

const HOUR_SECONDS = 3_600;

function recordingOf(seconds: number): Recording {
  const samples = Array.from({ length: seconds + 1 }, (_, second) => [second, 60 + (second % 90)] as const);
  return { name: "ride.tcx", samples, trouble: "" };
}

let statuses: SourceStatus[];
let moments: Moment[];
let heart_rates: number[];
const listener: SourceListener = {
  onStatus: (status) => statuses.push(status),
  onHeartRate: (heart_rate, moment) => {
    heart_rates.push(heart_rate);
    if (moment) moments.push(moment);
  },
};

function said(): string {
  return statuses.at(-1)?.sentence ?? "";
}

function progress(): unknown {
  const status = statuses.at(-1);
  return status && "progress" in status ? status.progress : null;
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  statuses = [];
  moments = [];
  heart_rates = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe("event time", () => {
  test("begins so far in the past that the whole recording fits before now", () => {
    const pace = paceFrom(NOW, 600, 0, 10);
    expect(pace.from_ms).toBe(NOW - 600_000);
    expect(eventTime(pace, NOW + 30_000)).toBe(NOW - 300_000);
    expect(speedAt(pace, NOW + 30_000)).toBe(10);
  });

  test("begins after all that is known of the workout", () => {
    expect(paceFrom(NOW, 600, NOW - 60_000, 10).from_ms).toBe(NOW - 59_000);
  });

  test("goes on in real time once it has reached the present", () => {
    const pace = paceFrom(NOW, 600, NOW - 19_000, 10);
    expect(speedAt(pace, NOW + 1_999)).toBe(10);
    expect(speedAt(pace, NOW + 2_000)).toBe(1);
    expect(eventTime(pace, NOW + 5_000)).toBe(NOW + 5_000);
  });

  test("tells when a sample was due, on the wall", () => {
    const pace = paceFrom(NOW, 600, NOW - 19_000, 10);
    for (const life_ms of [0, 700, 1_999, 2_000, 60_000]) {
      expect(cameAt(pace, eventTime(pace, NOW + life_ms))).toBeCloseTo(NOW + life_ms);
    }
  });
});

describe("a replay", () => {
  test("plays at the speed asked for, in the recording's own seconds", () => {
    new Replay(recordingOf(HOUR_SECONDS), 10, 0, listener);
    vi.advanceTimersByTime(60_000);
    expect(heart_rates).toHaveLength(601);
    expect(heart_rates.slice(0, 3)).toEqual([60, 61, 62]);
    expect(moments.map(({ at_ms }) => (at_ms - NOW) / 1000 + HOUR_SECONDS)).toEqual(
      Array.from({ length: 601 }, (_, second) => second),
    );
    expect(moments.at(-1)).toMatchObject({ came_ms: NOW + 60_000, speed: 10 });
    expect(said()).toBe("Playing ride.tcx.");
    expect(progress()).toEqual({ at_seconds: 600, of_seconds: HOUR_SECONDS, speed: 10 });
  });

  test("brings no heart rate of the future, and says so where that makes it slow", () => {
    new Replay(recordingOf(HOUR_SECONDS), 60, NOW - 30_000, listener);
    for (let round = 0; round < 20; round += 1) {
      vi.advanceTimersByTime(1_000);
      expect(moments.at(-1)?.at_ms).toBeLessThanOrEqual(Date.now());
    }
    expect(heart_rates).toHaveLength(50);
    expect(said()).toMatch("It goes on in real time: the workout has reached the present");
    expect(progress()).toMatchObject({ at_seconds: 49, speed: 1 });
  });

  test("goes on from where it is at another speed", () => {
    const replay = new Replay(recordingOf(HOUR_SECONDS), 1, 0, listener);
    vi.advanceTimersByTime(10_000);
    replay.setSpeed(30);
    vi.advanceTimersByTime(10_000);
    expect(heart_rates).toHaveLength(311);
    const steps = moments.slice(1).map(({ at_ms }, index) => at_ms - (moments[index]?.at_ms ?? 0));
    expect(new Set(steps)).toEqual(new Set([1000]));
  });

  test("stamps what was due before another speed with the old one", () => {
    const replay = new Replay(recordingOf(HOUR_SECONDS), 10, 0, listener);
    vi.advanceTimersByTime(10_200); // between two ticks
    replay.setSpeed(1);
    vi.advanceTimersByTime(5_000);
    const due = moments.filter(({ at_ms }) => at_ms <= NOW - HOUR_SECONDS * 1000 + 102_000);
    expect(due).toHaveLength(103);
    expect(new Set(due.map(({ speed }) => speed))).toEqual(new Set([10]));
    expect(moments.at(-1)?.speed).toBe(1);
  });

  test("that was played to its end does not play again at another speed", () => {
    const replay = new Replay(recordingOf(5), 1, 0, listener);
    vi.advanceTimersByTime(60_000);
    replay.setSpeed(10);
    vi.advanceTimersByTime(60_000);
    expect(heart_rates).toHaveLength(6);
    expect(statuses.at(-1)).toEqual({ phase: "off", sentence: "ride.tcx was played to its end." });
  });

  test("keeps holes", () => {
    const samples = [[0, 90], [1, 91], [100, 92]] as const;
    new Replay({ name: "a.fit", samples, trouble: "" }, 10, 0, listener);
    vi.advanceTimersByTime(9_000);
    expect(heart_rates).toEqual([90, 91]);
    vi.advanceTimersByTime(1_000);
    expect(heart_rates).toEqual([90, 91, 92]);
  });

  test("says what could not be used, and when it is over", () => {
    const trouble = "The file breaks off after 0:05; what came before is used.";
    new Replay({ ...recordingOf(5), trouble }, 1, 0, listener);
    expect(said()).toBe(`Playing ride.tcx. ${trouble}`);
    vi.advanceTimersByTime(60_000);
    expect(heart_rates).toHaveLength(6);
    expect(statuses.at(-1)).toEqual({ phase: "off", sentence: "ride.tcx was played to its end." });
  });

  test("says where the recording pauses, and goes on at once after a hole when that is skipped", () => {
    const samples = [...Array(20).keys(), ...Array.from({ length: 60 }, (_, second) => 900 + second)].map(
      (second) => [second, 120] as const,
    );
    const replay = new Replay({ name: "ride.tcx", samples, trouble: "" }, 1, 0, listener);
    vi.advanceTimersByTime(10_000);
    replay.skipPause();
    vi.advanceTimersByTime(15_000);
    expect(said()).toBe("Playing ride.tcx. The recording pauses here for 14:41, until 15:00.");
    expect(progress()).toMatchObject({ paused_until_seconds: 900 });
    expect(heart_rates).toHaveLength(20);
    replay.skipPause();
    vi.advanceTimersByTime(26_000);
    expect(said()).toBe("Playing ride.tcx.");
    const [before, after] = [moments[19]?.at_ms ?? 0, moments[20]?.at_ms ?? 0];
    expect(after - before).toBe(31_000);
    replay.stop();
  });

  test("is silent once stopped", () => {
    const replay = new Replay(recordingOf(60), 10, 0, listener);
    replay.stop();
    vi.advanceTimersByTime(60_000);
    expect(heart_rates).toEqual([60]);
  });
});

test("a file that cannot be read says so, and nothing plays", async () => {
  vi.useRealTimers();
  playFile(new File(["nothing"], "ride.fit"), 10, () => 0, listener);
  expect(said()).toBe("Reading ride.fit…");
  await vi.waitFor(() => {
    expect(statuses.at(-1)?.phase).toBe("failed");
  }, 30_000); // what reads files is loaded first
  expect(said()).toMatch("ride.fit is no workout that can be read");
});
