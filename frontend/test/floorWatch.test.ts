import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { type FloorStore, createFloorStore } from "../src/floor/floor";
import { type FloorWatch, watchFloor } from "../src/floor/watch";
import type { FloorView } from "../src/wire/messages";
import { createStore } from "../src/session/store";
import { NOW, SESSION, example, point, workoutOf } from "./helpers";
import { FakeSocket } from "./socket";

const CONFIG = { websocket_url: "ws://here", users: [], token_url: "/token", floor: "demo" };
const FLOOR = "north-gym";
const POLL_MS = 3_000;

let store: FloorStore;
let watching: FloorWatch;
let socket: FakeSocket;
let tokensAsked: string[];

const comes = (message: object) => {
  socket.onmessage({ data: JSON.stringify(message) });
};
const error = (code: string, id?: string) => {
  comes({ type: "error", code, message: `A sentence about ${code}.`, id });
};
/** A workout as it is on the wire, with one point. */
const workoutAt = (athlete: string | null, seconds: number) => {
  const wire = [SESSION + seconds * 1000, 120, 120];
  return { ...workoutOf({ athlete }), latest: wire, trace: [wire] };
};
/** The newest two messages. */
const asked = () => socket.sent.slice(-2);

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("WebSocket", FakeSocket);
  tokensAsked = [];
  vi.stubGlobal("fetch", (address: string) => {
    tokensAsked.push(address);
    return Promise.resolve(Response.json({ access_token: "a" }));
  });
  store = createFloorStore();
  watching = watchFloor(CONFIG, FLOOR, store);
  await vi.advanceTimersByTimeAsync(100);
  if (!FakeSocket.newest) throw new Error("Nobody connected.");
  socket = FakeSocket.newest;
});
afterEach(() => {
  watching.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a plan for everybody", () => {
  const id = () => (socket.sent.at(-1) as { id: string }).id;

  test("is sent with the time of the press, and what came of it is told", () => {
    watching.plan("intervals");
    expect(socket.sent.at(-1)).toEqual({ action: "class_plan", floor: FLOOR, plan: "intervals", at_ms: Date.now(), id: id() });
    expect(store.get().planning.phase).toBe("asked");
    const running = { plan: "intervals", started_ms: Date.now() };
    comes({ type: "class_planned", floor: FLOOR, running, people: 12, id: id() });
    expect(store.get().planning).toMatchObject({ phase: "taken", people: 12 });
    expect(store.get().running).toEqual(running);
  });

  test("ends with null, and an answer to somebody else changes nothing", () => {
    socket.onmessage({ data: example("floor_view") });
    expect(store.get().running).toMatchObject({ plan: "intervals" });
    watching.plan(null);
    expect(socket.sent.at(-1)).toMatchObject({ action: "class_plan", plan: null });
    const mine = id();
    comes({ type: "class_planned", floor: FLOOR, running: null, people: 3, id: "another" });
    expect(store.get().running).not.toBeNull();
    comes({ type: "class_planned", floor: FLOOR, running: null, people: 3, id: mine });
    expect(store.get().running).toBeNull();
  });

  test("that is refused says why, and the floor is followed on", () => {
    watching.plan("steady");
    error("coaches_only", id());
    expect(store.get().planning).toMatchObject({ phase: "refused", sentence: "A sentence about coaches_only." });
    expect(store.get().refusal).toBe("");
  });
});

describe("a floor", () => {
  test("is asked for at once with a coach's token, and every three seconds", async () => {
    expect(tokensAsked).toEqual(["/token?user=coach&group=coach"]);
    expect(socket.sent).toEqual([{ action: "floor", floor: FLOOR }]);
    await vi.advanceTimersByTimeAsync(2 * POLL_MS);
    expect(socket.sent).toHaveLength(3);
  });

  test("is asked for by no page that nobody sees, and at once when it is seen again", async () => {
    const turns = (visibilityState: string) => {
      Object.assign(document, { visibilityState });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    socket.onmessage({ data: example("floor_view") });
    turns("hidden");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.sent).toHaveLength(1);
    turns("visible");
    expect(socket.sent).toHaveLength(2);
  });

  test("is told, and that of another name is not taken for it", () => {
    socket.onmessage({ data: example("floor_view") });
    expect(store.get().people[0]?.told).toMatchObject({ user: "athlete-001", alias: "Kim" });
    comes({ type: "floor", floor: "other", people: [], count: 0, stale_after_ms: 1 } satisfies FloorView);
    expect(store.get().people).toHaveLength(1);
  });

  test("that is refused is asked for no more", async () => {
    error("coaches_only");
    expect(store.get().refusal).toBe("A sentence about coaches_only.");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.newest).toBe(socket);
    expect(socket.sent).toHaveLength(1);
  });

  test("whose place newer pages took is asked for again when the coach says so", async () => {
    error("too_many_connections");
    socket.onclose();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.newest).toBe(socket);
    expect(store.get()).toMatchObject({ status: { phase: "replaced" }, problem: null });
    watching.connect();
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.newest).not.toBe(socket);
    expect(FakeSocket.newest?.sent).toEqual([{ action: "floor", floor: FLOOR }]);
  });

  test("that is asked for too often goes on at its pace, and the sentence comes once", async () => {
    error("too_many_messages");
    const { problem } = store.get();
    expect(problem?.sentence).toMatch(/^Too many messages/);
    expect(socket.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    error("too_many_messages");
    expect(store.get().problem).toBe(problem);
    expect(socket.sent).toHaveLength(2);
  });

  test("stays where a message cannot be read, and the sentence says so", () => {
    socket.onmessage({ data: example("floor_view") });
    socket.onmessage({ data: "{" });
    expect(store.get().people).toHaveLength(1);
    expect(store.get().problem?.sentence).toContain("which is not JSON");
    error("too_many");
    expect(store.get().problem?.sentence).toBe("A sentence about too_many.");
    comes({ message: "Bad request body" });
    expect(store.get().problem?.sentence).toMatch(/\(Bad request body\)\. Reload the page/);
    comes({ message: "Internal server error" });
    expect(store.get().problem?.sentence).toMatch(/\(Internal server error\)\. The page asks again/);
  });
});

describe("somebody's workout", () => {
  test("is asked for beside the floor while it is open, from the newest point on", async () => {
    const workout = createStore();
    const close = watching.open("anna", workout);
    expect(asked()[1]).toMatchObject({ action: "workout", athlete: "anna" });
    comes(workoutAt("anna", 60));
    expect(workout.get().latest).toEqual(point(60));
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(asked()).toMatchObject([
      { action: "floor", floor: FLOOR },
      { action: "workout", athlete: "anna", since_ms: point(60).at_ms },
    ]);
    close();
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(asked()[1]).toEqual({ action: "floor", floor: FLOOR });
  });

  test("of another, or the coach's own, is not taken for it", () => {
    const workout = createStore();
    watching.open("anna", workout);
    comes(workoutAt("bert", 1));
    comes(workoutAt(null, 2));
    comes(JSON.parse(example("song")) as object);
    expect(workout.get()).toMatchObject({ latest: null, songs: [] });
  });

  test("that cannot be seen says so where it is open", () => {
    const workout = createStore();
    watching.open("anna", workout);
    error("not_on_a_floor", asked()[1]?.id);
    expect(workout.get().problem?.sentence).toBe("A sentence about not_on_a_floor.");
    expect(store.get().problem).toBeNull();
  });

  test("that cannot be seen says so nowhere once another's is open", () => {
    const [anna, bert] = [createStore(), createStore()];
    watching.open("anna", anna);
    const id = asked()[1]?.id;
    watching.open("bert", bert);
    error("not_on_a_floor", id);
    expect([anna, bert].map((each) => each.get().problem)).toEqual([null, null]);
  });

  test("that was closed late does not close the next one", async () => {
    const [anna, bert] = [createStore(), createStore()];
    const close = watching.open("anna", anna);
    watching.open("bert", bert);
    close();
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(asked()[1]).toMatchObject({ athlete: "bert" });
  });
});
