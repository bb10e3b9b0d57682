import { beforeEach, describe, expect, test } from "vitest";

import { SESSION_GAP_MS } from "../src/heart/sender";
import { reduce } from "../src/session/store";
import { NOW, SETTINGS } from "./helpers";
import { FakeServer, rising, upTo } from "./server";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});

describe("a server that forgot", () => {
  test("is sent everything again, from a start at the first sample, in what was chosen", () => {
    server.settings = { ...SETTINGS, mode: "zone" };
    server.opens();
    server.beats(...rising(130));
    server.tellsWorkout();
    server.forgets();
    server.opens();
    expect(server.messages.at(-1)).toMatchObject({
      action: "start",
      at_ms: NOW + 1000,
      settings: { ...SETTINGS, mode: "zone" },
    });
    server.starts();
    server.beats(...rising(5));
    server.sender.flush(server.now_ms);
    expect(server.takenSeconds).toEqual(upTo(135));
  });

  test("its newest samples is sent those, and no others", () => {
    server.opens();
    server.beats(...rising(60));
    server.tellsWorkout();
    server.taken = server.taken.slice(0, 41);
    const { length } = server.batches;
    server.opens();
    expect(server.takenSeconds).toEqual(upTo(60));
    expect(server.batches.slice(length).flat()).toHaveLength(19);
  });

  test("and knows the session, as another device began it, is sent nothing from before it", () => {
    server.opens();
    server.beats(...rising(60));
    server.tellsWorkout();
    server.session = NOW + 50_000;
    server.taken = [];
    server.opens();
    expect(server.takenSeconds).toEqual(upTo(60).slice(49));
  });

  test("an old workout is not sent that again", () => {
    server.opens();
    server.beats(...rising(60));
    server.sender.flush(server.now_ms);
    server.tellsWorkout();
    server.forgets();
    server.now_ms += SESSION_GAP_MS;
    const { length } = server.messages;
    server.opens();
    expect(server.messages).toHaveLength(length);
  });

  test("is sent the newer of two workouts only", () => {
    server.opens();
    server.beats(...rising(60));
    server.sender.flush(server.now_ms);
    server.tellsWorkout();
    server.now_ms += SESSION_GAP_MS;
    server.beats(90);
    server.starts();
    server.forgets();
    server.opens();
    server.starts();
    expect(server.takenSeconds).toEqual([61 + SESSION_GAP_MS / 1000]);
  });

  test("makes nothing begin again while answers only lag", () => {
    server.opens();
    server.beats(...rising(11));
    const lagging = server.taken.slice(0, 2);
    const all = server.taken;
    server.taken = lagging;
    server.tellsWorkout();
    server.taken = all;
    server.beats(...rising(10));
    expect(server.sizes).toEqual([1, 10, 10]);
  });
});

describe("a session", () => {
  test("is started by the first heart rate where none runs, with what was chosen before", () => {
    server.session = null;
    server.settings = { ...SETTINGS, mode: "zone" };
    server.opens();
    expect(server.messages).toEqual([]);
    server.beats(90, 91);
    expect(server.messages).toMatchObject([
      { action: "start", at_ms: NOW + 1000, settings: server.settings },
    ]);
    server.session = NOW + 1000;
    server.says({ type: "started", session: NOW + 1000, settings: server.settings, ...server.answers });
    expect(server.takenSeconds).toEqual([1, 2]);
  });

  test("is started with what was chosen for it, and not with what ran before", () => {
    server.session = null;
    server.opens();
    const settings = { ...SETTINGS, library: "own" };
    server.state = reduce(server.state, { kind: "begin", settings, now_ms: server.now_ms });
    server.tellsWorkout();
    server.beats(90);
    expect(server.messages).toMatchObject([{ action: "start", at_ms: NOW + 1000, settings }]);
  });

  test("is not started where one runs", () => {
    server.opens();
    server.beats(...rising(10));
    expect(server.messages.every((each) => each.action === "heartrate")).toBe(true);
  });

  test("is started anew where the last one is over", () => {
    server.session = NOW - SESSION_GAP_MS;
    server.opens();
    server.beats(90);
    expect(server.messages.map((each) => each.action)).toEqual(["start"]);
  });

  test("is asked for again where the server was busy, and where it gave no answer", () => {
    server.session = null;
    server.opens();
    server.beats(90);
    server.says({ type: "error", code: "busy", message: "Start again.", ...server.answers });
    server.beats(91);
    expect(server.messages).toHaveLength(2);
    server.beats(...rising(9));
    expect(server.messages).toHaveLength(2);
    server.beats(90);
    expect(server.messages).toHaveLength(3);
    expect(new Set(server.messages.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test("is not asked for again because of what answers something else", () => {
    server.session = null;
    server.opens();
    server.beats(90);
    server.says({ type: "error", code: "busy", message: "Skip again.", id: "a skip" });
    server.says({ type: "error", code: "older_session", message: "A later one runs." });
    server.beats(...rising(8));
    server.tellsWorkout();
    expect(server.messages).toHaveLength(1);
    server.starts();
    expect(server.takenSeconds).toEqual(upTo(9));
  });

  test("that another device began meanwhile is joined", () => {
    server.session = null;
    server.opens();
    server.beats(90, 91);
    server.session = NOW + 1500;
    server.says({ type: "error", code: "older_session", message: "A later one runs.", ...server.answers });
    server.tellsWorkout();
    expect(server.takenSeconds).toEqual([2]);
  });
});
