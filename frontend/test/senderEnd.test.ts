import { beforeEach, describe, expect, test } from "vitest";

import { ANSWER_WITHIN_MS } from "../src/workout/asked";
import { NOW } from "./helpers";
import { FakeServer, rising, upTo } from "./server";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
  server.opens();
});

/** What was measured last goes first, and the end a second later. */
function ends(): void {
  server.sender.end("end", server.now_ms, server.now_ms);
  server.passes(1);
}

/** The server ends the session that runs, as it was asked. */
function isEnded(): void {
  const { session, now_ms } = server;
  if (session === null) throw new Error("No session could end.");
  server.says({ type: "ended", session, ended_ms: now_ms, id: "end" });
  server.session = null;
}

const actions = () => server.messages.map(({ action }) => action);
const endsSent = () => actions().filter((action) => action === "end").length;

describe("the end of a workout", () => {
  test("goes after everything that was measured in it", () => {
    server.beats(...rising(65));
    ends();
    server.passes(2);
    expect(server.takenSeconds).toEqual(upTo(65));
    expect(actions().at(-1)).toBe("end");
  });

  test("waits for a connection, and for what was measured before it", () => {
    server.beats(...rising(3));
    server.open = false;
    server.beats(...rising(100));
    ends();
    server.passes(5);
    expect(endsSent()).toBe(0);
    server.opens();
    server.passes(5);
    expect(server.takenSeconds).toEqual(upTo(103));
    expect(actions().at(-1)).toBe("end");
  });

  test("is said again until it is answered, by the same name", () => {
    server.beats(...rising(3));
    ends();
    server.passes(ANSWER_WITHIN_MS / 1000 + 1);
    expect(endsSent()).toBe(2);
    expect(server.messages.filter(({ action }) => action === "end").every(({ id }) => id === "end")).toBe(true);
    isEnded();
    server.passes(60);
    expect(endsSent()).toBe(2);
  });

  test("is answered by a workout that has ended, too", () => {
    server.beats(...rising(3));
    ends();
    server.says({
      ...{ type: "workout", athlete: null, session: NOW, settings: server.settings, latest: null },
      ...{ trace: [], songs: [], stale_after_ms: 10_000, ended_ms: server.now_ms },
    });
    server.passes(60);
    expect(endsSent()).toBe(1);
  });

  test("is not said again to a server that had nothing to end", () => {
    server.beats(...rising(3));
    ends();
    server.says({ type: "error", code: "no_session", message: "No session runs.", id: "end" });
    server.passes(60);
    expect(endsSent()).toBe(1);
  });

  test("lets nothing that is measured later pass before it is answered; that begins another", () => {
    server.beats(...rising(3));
    ends();
    const { length } = server.batches;
    server.beats(...rising(5));
    expect(server.batches).toHaveLength(length);
    server.says({ type: "ended", session: NOW, ended_ms: NOW + 3_000, id: "end" });
    server.passes(1);
    expect(server.messages.at(-1)).toMatchObject({ action: "start", at_ms: NOW + 5_000 });
    server.starts();
    server.passes(1);
    expect(server.takenSeconds).toEqual([1, 2, 3, 5, 6, 7, 8, 9]);
  });

  test("leaves nothing of the workout to be sent, though the server forgot it all", () => {
    server.beats(...rising(20));
    ends();
    isEnded();
    server.forgets();
    const { length } = server.messages;
    server.opens();
    server.passes(30);
    expect(server.messages).toHaveLength(length);
  });

  test("of a workout that no server knows yet comes after its start", () => {
    server = new FakeServer();
    server.session = null;
    server.beats(...rising(5));
    ends();
    server.opens();
    expect(actions()).toEqual(["start"]);
    server.starts();
    server.passes(1);
    expect(actions()).toEqual(["start", "heartrate", "end"]);
  });

  test("outlives the page", () => {
    server.open = false;
    server.beats(...rising(5));
    ends();
    const again = new FakeServer(server.sender.backlog);
    again.opens();
    again.passes(1);
    expect(again.takenSeconds).toEqual(upTo(5));
    expect(again.messages.at(-1)).toEqual({ action: "end", at_ms: NOW + 5_000, id: "end" });
  });
});
