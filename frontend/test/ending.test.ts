import { describe, expect, test } from "vitest";

import type { ServerMessage } from "../src/wire/messages";
import { type State, newestHeartRate, newestTime, reduce } from "../src/session/store";
import { NOW, SESSION, SETTINGS, after, point, songPush, workoutOf } from "./helpers";

const LATER = SESSION + 60_000;
const RUNNING = workoutOf({
  settings: { ...SETTINGS, lock: 140 },
  latest: point(55, 131),
  trace: [point(5), point(55, 131)],
  songs: [songPush(0)],
});
const ENDED: ServerMessage = { type: "ended", session: SESSION, ended_ms: LATER, id: "end" };

const ended = (state: State): State =>
  reduce(state, { kind: "end", id: "end", at_ms: LATER, now_ms: NOW });
const told = (state: State, message: ServerMessage): State =>
  reduce(state, { kind: "message", message, now_ms: NOW + 1_000 });
const refusal = (code: string): ServerMessage => ({ type: "error", code, message: "Not now.", id: "end" });

describe("a workout that somebody ends", () => {
  const over = ended(after([0, RUNNING]));

  test("is shown no more, before the server says so", () => {
    expect(over).toMatchObject({ session: null, songs: [], trace: [], latest: null, arrivals: [] });
    expect(over).toMatchObject({ over: { session: SESSION, ended_ms: LATER }, ending: { phase: "asked" } });
    expect(newestHeartRate(over)).toBeNull();
  });

  test("leaves what the athlete chose, but for what is of one session", () => {
    expect(over.settings).toEqual(SETTINGS);
  });

  test("is not brought back by what was on its way", () => {
    expect(told(over, RUNNING)).toMatchObject({ session: null, songs: [], latest: null });
    expect(told(over, songPush(1))).toMatchObject({ session: null, songs: [] });
  });

  test("has ended when the server says so, at the server's time", () => {
    const moved = told(over, { ...ENDED, ended_ms: LATER + 700 });
    expect(moved.over).toEqual({ session: SESSION, ended_ms: LATER + 700 });
    expect(moved.ending.phase).toBe("taken");
  });

  test("has ended when none ran any more", () => {
    expect(told(over, refusal("no_session"))).toMatchObject({
      over: { session: SESSION },
      ending: { phase: "taken" },
    });
  });

  test("goes on where the server refuses to end it", () => {
    const refused = told(over, refusal("not_yours"));
    expect(refused.ending).toMatchObject({ phase: "refused", sentence: "Not now." });
    expect(told(refused, RUNNING)).toMatchObject({ session: SESSION, songs: [songPush(0)] });
  });

  test.each(["too_many_messages", "busy"])("waits where the server says %s", (code) => {
    expect(told(over, refusal(code))).toMatchObject({ ending: { phase: "asked" }, session: null });
  });

  test("makes room for the next, whose songs are its own", () => {
    const next = songPush(0, { session: LATER + 5_000 });
    expect(told(over, next)).toMatchObject({ session: LATER + 5_000, songs: [next] });
  });

  test("leaves no time before its end to be measured again", () => {
    expect(newestTime(over)).toBe(LATER);
  });

  test("keeps what was measured here after it: the next has begun", () => {
    const at_ms = LATER + 3_000;
    const measured = reduce(over, {
      kind: "measured",
      sample: [at_ms, 88],
      moment: { at_ms, came_ms: NOW, speed: 1 },
    });
    const confirmed = told(told(measured, { ...ENDED, ended_ms: LATER + 100 }), RUNNING);
    expect(newestHeartRate(confirmed)).toBe(88);
    expect(confirmed.session).toBeNull();
  });
});

describe("a page that is opened after the end", () => {
  const state = after([0, { ...RUNNING, ended_ms: LATER }]);

  test("shows no workout, and knows which has ended", () => {
    expect(state).toMatchObject({ told: true, session: null, songs: [], latest: null });
    expect(state.over).toEqual({ session: SESSION, ended_ms: LATER });
  });

  test("shows the next when that begins", () => {
    const session = LATER + 5_000;
    const next = workoutOf({ session, latest: point(70, 90) });
    expect(told(state, next)).toMatchObject({ session, latest: point(70, 90) });
  });
});

test("the end on another device ends it here too", () => {
  const state = told(after([0, RUNNING]), { type: "ended", session: SESSION, ended_ms: LATER });
  expect(state).toMatchObject({ session: null, songs: [], ending: { phase: "none" } });
});

test("the end of an earlier session changes nothing", () => {
  const state = after([0, RUNNING]);
  const late = told(state, { type: "ended", session: SESSION - 9_000_000, ended_ms: SESSION - 8_000_000 });
  expect(late.songs).toEqual([songPush(0)]);
});

test("what a coach is told of a person's ended session is shown as before", () => {
  const state = after([0, { ...RUNNING, athlete: "anna", ended_ms: LATER }]);
  expect(state.songs).toEqual([songPush(0)]);
});

test("the start of a workout that was ended without a connection brings nothing back", () => {
  const offline = ended(after());
  const began = told(offline, { type: "started", session: SESSION, settings: SETTINGS });
  expect(began).toMatchObject({ session: null, over: { session: SESSION, ended_ms: LATER } });
});
