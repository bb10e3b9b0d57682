import { describe, expect, test, vi } from "vitest";

import { workoutTime } from "../src/workout/clock";
import { freshness } from "../src/workout/freshness";
import type { Moment } from "../src/heart/source";
import {
  EMPTY,
  type State,
  comesFromElsewhere,
  createStore,
  effortOf,
  newestHeartRate,
  newestPoint,
  newestTime,
  reduce,
} from "../src/session/store";
import { NOW, SESSION, SETTINGS, after, point, songPush, workoutOf } from "./helpers";

const asked = (state: State, slot: number, sent = true): State =>
  reduce(state, { kind: "skip", slot, id: "skip", sent, now_ms: NOW });

describe("a heart rate with spikes", () => {
  test("is shown, and followed, without them, and a jump that lasts is shown within five seconds", () => {
    let state = after([0, workoutOf({ songs: [songPush(0)] })]);
    const beats = (second: number, heart_rate: number) => {
      const sample = [NOW + second * 1000, heart_rate] as const;
      const moment = { at_ms: sample[0], came_ms: sample[0], speed: 1 };
      state = reduce(state, { kind: "measured", sample, moment });
      return newestHeartRate(state) ?? NaN;
    };
    for (let second = 0; second < 112; second += 1) {
      const spike = [225, 225, 198][second % 25 - 20];
      expect(beats(second, spike ?? 125 + (second % 3))).toBeLessThan(130);
    }
    const shown = Array.from({ length: 10 }, (_, second) => beats(112 + second, 172));
    expect(shown.slice(0, 3).every((each) => each < 130)).toBe(true);
    expect(shown.slice(5)).toEqual([172, 172, 172, 172, 172]);
  });
});

describe("songs", () => {
  test("a slot that comes twice is one song", () => {
    const state = after([0, songPush(0)], [1, songPush(0)], [2, workoutOf({ songs: [songPush(0)] })]);
    expect(state.songs).toEqual([songPush(0)]);
  });

  test("a slot is never filled by another song", () => {
    const other = songPush(0, { song: { id: "x", title: "Other", artist: "", tempo: 90 } });
    expect(after([0, songPush(0)], [1, other]).songs).toEqual([songPush(0)]);
  });

  test("slots that come out of order are put in order", () => {
    const state = after([0, songPush(2)], [1, songPush(0)], [2, songPush(1)]);
    expect(state.songs.map((song) => song.slot)).toEqual([0, 1, 2]);
  });

  test("a known song moves forward by a skip, and an old copy does not move it back", () => {
    const moved = songPush(1, { starts_at_ms: SESSION + 150_000, ends_at_ms: SESSION + 350_000 });
    const state = after([0, songPush(1)], [1, moved], [2, songPush(1)]);
    expect(state.songs).toEqual([moved]);
  });

  test("a song of another session starts the page anew", () => {
    const session = SESSION + 9_000_000;
    const fresh = songPush(0, { session });
    const state = after(
      [0, workoutOf({ songs: [songPush(0), songPush(1)], latest: point(1), trace: [point(1)] })],
      [1, fresh],
    );
    expect(state).toMatchObject({ session, songs: [fresh], trace: [], latest: null });
  });

  test("a late song of an earlier session changes nothing", () => {
    const late = songPush(3, { session: SESSION - 9_000_000 });
    expect(after([0, songPush(0)], [1, late]).songs).toEqual([songPush(0)]);
  });

  test("another session keeps what was measured before the server told that it began", () => {
    const session = SESSION + 9_000_000;
    const at = (seconds: number): Moment => {
      return { at_ms: session + seconds * 1000, came_ms: NOW + seconds * 30, speed: 30 };
    };
    const before = after([0, workoutOf({ latest: point(1), trace: [point(1)] })]);
    const replayed = [0, 5, 10, 15].reduce((state, seconds) => {
      const moment = at(seconds);
      return reduce(state, { kind: "measured", sample: [moment.at_ms, 131], moment });
    }, before);
    const started = reduce(replayed, { kind: "message", message: songPush(0, { session }), now_ms: NOW });
    expect(started.trace.map(({ at_ms }) => at_ms - session)).toEqual([0, 5_000, 10_000, 15_000]);
  });

  test("the first session keeps the line that was there before it", () => {
    const state = after(
      [0, workoutOf({ session: null, latest: point(1), trace: [point(1)] })],
      [1, songPush(0)],
    );
    expect(state.trace).toEqual([point(1)]);
  });
});

describe("the line", () => {
  test("grows by what is new, in order, without doubles", () => {
    const state = after(
      [0, workoutOf({ trace: [point(1), point(3)] })],
      [1, workoutOf({ trace: [point(3), point(2), point(4)] })],
    );
    expect(state.trace).toEqual([point(1), point(2), point(3), point(4)]);
  });

  test("an answer that brings nothing new leaves the same line", () => {
    const before = after([0, workoutOf({ trace: [point(1)] })]);
    const told = workoutOf({ trace: [point(1)] });
    const later = reduce(before, { kind: "message", message: told, now_ms: NOW });
    expect(later.trace).toBe(before.trace);
  });
});

describe("freshness", () => {
  const told = (seconds: number) => workoutOf({ latest: point(seconds) });

  test("there is none before the first sample", () => {
    expect(freshness(after([0, workoutOf()]), NOW)).toEqual({ state: "none" });
  });

  test("a sample read at first may be old, so it is not called live", () => {
    expect(freshness(after([0, told(1)]), NOW)).toEqual({ state: "unconfirmed" });
  });

  test("a sample read at first is live where its own time is now", () => {
    const latest = { at_ms: NOW - 2000, heart_rate: 120, average: 120 };
    expect(freshness(after([0, workoutOf({ latest })]), NOW)).toEqual({ state: "live" });
  });

  test("it is live once a newer sample came", () => {
    expect(freshness(after([0, told(1)], [2000, told(3)]), NOW + 2000).state).toBe("live");
  });

  test("it is stale when the same sample is told again for ten seconds", () => {
    const state = after([0, told(1)], [2000, told(3)], [8000, told(3)], [11_000, told(3)]);
    expect(freshness(state, NOW + 11_999).state).toBe("live");
    expect(freshness(state, NOW + 12_000)).toEqual({
      state: "stale",
      for_ms: 10_000,
      at_least: false,
    });
  });

  test("an older sample that comes late does not make it live again", () => {
    const state = after([0, told(1)], [2000, told(9)], [20_000, told(5)]);
    expect(freshness(state, NOW + 20_000).state).toBe("stale");
    expect(state.latest).toEqual(point(9));
  });

  test("what the server says about staleness holds", () => {
    const state = after([0, told(1)], [1000, workoutOf({ latest: point(3), stale_after_ms: 3000 })]);
    expect(freshness(state, NOW + 4000).state).toBe("stale");
  });

  test("after a long absence the first answer is not called live", () => {
    const before = after([0, told(1)], [2000, told(3)]);
    const back = reduce(before, { kind: "status", status: { phase: "open" } });
    const now_ms = NOW + 90_000;
    const state = reduce(back, { kind: "message", message: told(40), now_ms });
    expect(freshness(state, now_ms).state).toBe("unconfirmed");
  });

  test("after a short absence it stays live", () => {
    const before = after([0, told(1)], [2000, told(3)]);
    const back = reduce(before, { kind: "status", status: { phase: "open" } });
    const state = reduce(back, { kind: "message", message: told(6), now_ms: NOW + 5000 });
    expect(freshness(state, NOW + 5000).state).toBe("live");
  });
});

describe("skip", () => {
  const playing = after([0, songPush(0)]);

  test("is asked, then taken", () => {
    const waiting = asked(playing, 0);
    expect(waiting.skip).toMatchObject({ phase: "asked", slot: 0 });
    const message = { type: "skipped", slot: 0, id: "skip" } as const;
    const state = reduce(waiting, { kind: "message", message, now_ms: NOW });
    expect(state.skip).toMatchObject({ phase: "taken", slot: 0 });
  });

  test("is taken when the song that was known already comes moved", () => {
    const waiting = asked(after([0, songPush(0)], [1, songPush(1)]), 0);
    const message = songPush(1, { starts_at_ms: SESSION + 150_000, id: "skip" });
    const state = reduce(waiting, { kind: "message", message, now_ms: NOW });
    expect(state.skip).toMatchObject({ phase: "taken", slot: 0 });
    expect(state.songs.at(-1)).toMatchObject({ starts_at_ms: SESSION + 150_000 });
  });

  test("is refused in the server's words, once, and nowhere else", () => {
    const message = { type: "error", code: "busy", message: "Skip again.", id: "skip" } as const;
    const state = reduce(asked(playing, 0), { kind: "message", message, now_ms: NOW });
    expect(state.skip).toMatchObject({ phase: "refused", sentence: "Skip again." });
    expect(state.problem).toBeNull();
  });

  test("is not answered by what answers an earlier one, or nothing", () => {
    const waiting = asked(playing, 0);
    for (const message of [
      { type: "skipped", slot: 0, id: "earlier" },
      { type: "skipped", slot: 0 },
      songPush(1),
    ] as const) {
      expect(reduce(waiting, { kind: "message", message, now_ms: NOW }).skip).toBe(waiting.skip);
    }
  });

  test("a start's busy is not taken for the skip's", () => {
    const message = { type: "error", code: "busy", message: "Start again.", id: "start" } as const;
    const state = reduce(asked(playing, 0), { kind: "message", message, now_ms: NOW });
    expect(state.skip.phase).toBe("asked");
    expect(state.problem?.sentence).toBe("Start again.");
  });

  test("says so when there is no connection", () => {
    expect(asked(playing, 0, false).skip).toMatchObject({ phase: "refused" });
  });
});

describe("a heart rate of this device", () => {
  const measured = (state: State, now_ms: number, heart_rate: number): State =>
    measuredAt(state, { at_ms: now_ms, came_ms: now_ms, speed: 1 }, heart_rate);
  const measuredAt = (state: State, moment: Moment, heart_rate: number): State =>
    reduce(state, { kind: "measured", sample: [moment.at_ms, heart_rate], moment });

  test("is live at once, whatever the server knows, and goes stale like any other", () => {
    const state = measured(EMPTY, NOW, 131);
    expect(newestHeartRate(state)).toBe(131);
    expect(freshness(state, NOW + 5_000)).toEqual({ state: "live" });
    expect(freshness(state, NOW + 21_000).state).toBe("stale");
  });

  test("stays the clock of the workout while older ones come back from the server", () => {
    let state = measured(EMPTY, NOW, 131);
    for (const seconds of [1, 2, 3, 4, 5, 6]) {
      const now_ms = NOW + seconds * 1000;
      const latest = { at_ms: now_ms - 5_000, heart_rate: 99, average: 99 };
      state = measured(state, now_ms, 131);
      state = reduce(state, { kind: "message", message: workoutOf({ latest }), now_ms });
      expect(workoutTime(state.arrivals, now_ms)).toBe(now_ms);
    }
    expect(newestHeartRate(state)).toBe(131);
    expect(state.latest?.average).toBe(99);
  });

  test("of a replay makes the workout's clock run as fast, from its first sample on", () => {
    const state = measuredAt(EMPTY, { at_ms: NOW - 600_000, came_ms: NOW - 100, speed: 30 }, 131);
    expect(workoutTime(state.arrivals, NOW)).toBe(NOW - 600_000 + 3_000);
    expect(workoutTime(state.arrivals, NOW + 2_000)).toBe(NOW - 600_000 + 63_000);
    expect(freshness(state, NOW)).toEqual({ state: "live" });
    const real = measured(state, NOW + 2_000, 131);
    expect(workoutTime(real.arrivals, NOW + 5_000)).toBe(NOW + 5_000);
  });

  test("may not be older than anything that is known of the workout", () => {
    expect(newestTime(EMPTY)).toBe(0);
    const told = after([0, workoutOf({ latest: point(30) })]);
    expect(newestTime(told)).toBe(SESSION + 30_000);
    expect(newestTime(measured(told, NOW, 131))).toBe(NOW);
  });

  test("that went stale is no news when it comes back from the server", () => {
    const latest = { at_ms: NOW, heart_rate: 131, average: 131 };
    const told = { kind: "message", message: workoutOf({ latest }), now_ms: NOW + 12_000 } as const;
    const state = reduce(measured(after([-5_000, workoutOf()]), NOW, 131), told);
    expect(freshness(state, NOW + 12_000).state).toBe("stale");
    expect(comesFromElsewhere(state)).toBe(false);
    expect(state.latest).toEqual(latest);
  });

  test("gives way to a newer one of the server, and survives the start of a session", () => {
    const state = measured(after([0, workoutOf()]), NOW, 131);
    const message = { type: "started", session: NOW, settings: SETTINGS } as const;
    expect(newestHeartRate(reduce(state, { kind: "message", message, now_ms: NOW }))).toBe(131);
    const latest = { at_ms: NOW + 60_000, heart_rate: 99, average: 99 };
    const told = { kind: "message", message: workoutOf({ latest }), now_ms: NOW + 61_000 } as const;
    expect(newestHeartRate(reduce(state, told))).toBe(99);
    expect(comesFromElsewhere(reduce(state, told))).toBe(true);
  });

  test("may be sent only by the athlete, in a later session too", () => {
    const allowed = reduce(after([0, workoutOf()]), { kind: "token", may_send: true });
    const message = { type: "started", session: NOW, settings: SETTINGS } as const;
    expect(EMPTY.may_send).toBe(false);
    expect(reduce(allowed, { kind: "message", message, now_ms: NOW }).may_send).toBe(true);
  });
});

describe("the running average of a heart rate of this device", () => {
  /** A heart rate of each second after SESSION, from `from` on. */
  const beating = (before: State, from: number, ...heart_rates: readonly number[]): State =>
    heart_rates.reduce((state, heart_rate, index) => {
      const at_ms = SESSION + (from + index) * 1000;
      const moment = { at_ms, came_ms: at_ms, speed: 1 };
      return reduce(state, { kind: "measured", sample: [at_ms, heart_rate], moment });
    }, before);
  const steady = (count: number, heart_rate: number): readonly number[] =>
    Array<number>(count).fill(heart_rate);

  test("is known without the server, over what the settings say", () => {
    const beats = [...steady(20, 100), ...steady(31, 140)];
    expect(newestPoint(beating(EMPTY, 0, ...beats))).toEqual(point(50, 140));
    const settings = { ...SETTINGS, interval_seconds: 300 };
    const told = after([0, workoutOf({ settings })]);
    expect(newestPoint(beating(told, 0, ...beats))?.average).toBeCloseTo((19 * 100 + 120 + 30 * 140) / 50);
  });

  test("draws the line as often as the server would", () => {
    const { trace } = beating(after([0, workoutOf()]), 0, ...steady(21, 120));
    expect(trace).toEqual([0, 5, 10, 15, 20].map((second) => point(second)));
  });

  test("begins with what the server told, after a reload", () => {
    const told = after([0, workoutOf({ trace: [point(10, 100), point(25, 100)], latest: point(25, 100) })]);
    const { average = 0 } = newestPoint(beating(told, 26, 100, 100, 104)) ?? {};
    expect(average).toBeGreaterThan(100);
    expect(average).toBeLessThan(100.2);
  });

  test("counts nothing of before the session", () => {
    const before = beating(EMPTY, -20, ...steady(20, 100));
    const begun = reduce(before, { kind: "message", message: workoutOf(), now_ms: SESSION });
    expect(newestPoint(begun)).toEqual(point(-1, 100));
    expect(newestPoint(beating(begun, 0, 140, 140))).toEqual(point(1, 140));
    const other = reduce(beating(begun, 0, 140), {
      kind: "message",
      message: workoutOf({ session: SESSION + 500 }),
      now_ms: SESSION,
    });
    expect(newestPoint(other)).toEqual(point(0, 140));
  });

  test("is the server's where another device measures", () => {
    const state = beating(EMPTY, 0, 140);
    const told = { ...point(1, 120), average: 117 };
    const message = workoutOf({ latest: told });
    expect(newestPoint(reduce(state, { kind: "message", message, now_ms: SESSION }))).toEqual(told);
    expect(newestPoint(EMPTY)).toBeNull();
  });
});

describe("problems", () => {
  test("messages that are too many are told of once, and again where it goes on", () => {
    const message = { type: "error", code: "too_many_messages", message: "Send fewer." } as const;
    const told = [0, 2_000, 59_000].map((ms) => [ms, message] as const);
    expect(after(...told).problem).toMatchObject({ at_ms: NOW });
    expect(after(...told).problem?.sentence).toMatch(/sent again by themselves\.$/);
    expect(after(...told, [60_000, message]).problem).toMatchObject({ at_ms: NOW + 60_000 });
  });

  test("an error of the server is kept as its sentence", () => {
    const message = { type: "error", code: "empty_library", message: "No songs." } as const;
    expect(after([0, message]).problem?.sentence).toBe("No songs.");
  });

  test("a refusal of the gateway becomes a sentence", () => {
    const state = after([0, { type: "refused", message: "Bad request body" }]);
    expect(state.problem?.sentence).toMatch(/refused.*heart rates \(Bad request body\)\. Reload/);
  });

  test.each(["Internal server error", "Too Many Requests"])(
    "%s is no reason to reload the page",
    (message) => {
      const told = { type: "refused", message } as const;
      expect(after([0, told]).problem?.sentence).toBe(
        `The server could not take a message of this page, perhaps heart rates, just now (${message}). Heart rates are sent again by themselves.`,
      );
    },
  );

  test.each(["empty_library", "sample_in_the_future", "older_session", "busy"])(
    "%s, told unasked or to something else, refuses nothing that waits for its answer",
    (code) => {
      for (const id of [{}, { id: "of another page" }]) {
        const message = { type: "error", code, message: "A sentence.", ...id } as const;
        const waiting = asked(after([0, songPush(0)]), 0);
        const state = reduce(waiting, { kind: "message", message, now_ms: NOW });
        expect(state.skip.phase).toBe("asked");
        expect(state.problem?.sentence).toBe("A sentence.");
      }
    },
  );

  test("a refusal of the gateway, which names no question, answers none", () => {
    const waiting = asked(after([0, songPush(0)]), 0);
    const message = { type: "refused", message: "Bad request body" } as const;
    const state = reduce(waiting, { kind: "message", message, now_ms: NOW });
    expect(state.skip).toBe(waiting.skip);
    expect(state.problem?.sentence).toMatch("Bad request body");
  });
});

describe("the music without a network", () => {
  const song = songPush(0, { starts_at_ms: NOW, ends_at_ms: NOW + 200_000, session: NOW });
  const latest = { at_ms: NOW, heart_rate: 120, average: 120 };
  const playing = after([0, workoutOf({ session: NOW, songs: [song], latest })]);
  const beats = (before: State, seconds: number, heart_rate: number): State => {
    const at_ms = NOW + seconds * 1000;
    const moment = { at_ms, came_ms: at_ms, speed: 1 };
    return reduce(before, { kind: "measured", sample: [at_ms, heart_rate], moment });
  };

  test("follows the heart rate of this device, and not the last one of the server", () => {
    let state = playing;
    for (let second = 1; second <= 30; second += 1) state = beats(state, second, 140);
    expect(effortOf(state).latest?.heart_rate).toBe(140);
    expect(state.heard?.at_ms).toBe(NOW + 30_000);
    expect(state.heard?.rate).toBeCloseTo(1.04);
  });

  test("goes by the settings alone before there is a heart rate", () => {
    expect(effortOf(after([0, workoutOf()]))).toEqual({ settings: SETTINGS, latest: null });
  });

  test("bends a spare song at the same pace, also when the network returns", () => {
    const push = songPush(-1, { starts_at_ms: NOW + 10_000, ends_at_ms: NOW + 210_000, session: NOW });
    const spare = { ...push, tempo_range: [115, 125] as const };
    let state = reduce(beats(playing, 10, 140), { kind: "spare", push: spare });
    for (let second = 11; second <= 40; second += 1) state = beats(state, second, 140);
    expect(state.heard).toMatchObject({ slot: -1, at_ms: NOW + 40_000 });
    const before = state.heard?.rate ?? NaN;
    expect(before).toBeCloseTo(125 / 120);
    const now_ms = NOW + 41_000;
    const told = workoutOf({ session: NOW, latest: { at_ms: now_ms, heart_rate: 100, average: 100 } });
    state = reduce(state, { kind: "message", message: told, now_ms });
    expect(state.heard?.slot).toBe(-1);
    expect(Math.abs((state.heard?.rate ?? NaN) - before)).toBeLessThan(0.0021);
    expect(reduce(state, { kind: "spare", push: null }).spare).toBeNull();
  });
});

describe("the store", () => {
  test("tells listeners until they leave", () => {
    const store = createStore();
    const listener = vi.fn();
    const leave = store.subscribe(listener);
    store.dispatch({ kind: "status", status: { phase: "open" } });
    leave();
    store.dispatch({ kind: "status", status: { phase: "connecting" } });
    expect(listener).toHaveBeenCalledTimes(1);
    expect(store.get().status.phase).toBe("connecting");
  });

  test("starts empty and connecting", () => {
    expect(createStore().get()).toBe(EMPTY);
  });
});
