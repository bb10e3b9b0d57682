import { act, renderHook } from "@testing-library/react";
import { StrictMode } from "react";
import { beforeEach, expect, test, vi } from "vitest";

import { useWorkout } from "../../src/views/useWorkout";
import { skip } from "../../src/wire/messages";
import { NOW, SESSION, SETTINGS, point, songPush, workoutOf } from "../helpers";
import type { FakeSocket } from "../socket";
import { pass } from "./browser";
import { CONFIG, connected, serve, tell } from "./server";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  localStorage.clear();
  serve("anna");
});

function follow() {
  return renderHook(({ user }: { readonly user: string }) => useWorkout(CONFIG, user), {
    initialProps: { user: "anna" },
    wrapper: StrictMode,
  });
}

function actions({ sent }: FakeSocket): readonly string[] {
  return sent.map(({ action }) => action).filter((action) => action !== "workout");
}

test("what the server tells is the state, and what may be asked stays the same", async () => {
  const { result } = follow();
  const { asks } = result.current;
  tell(await connected(), workoutOf({ latest: point(5, 131) }));
  expect(result.current.state.latest?.heart_rate).toBe(131);
  expect(result.current.asks).toBe(asks);
});

test("a tick renders no view that looks at no time", async () => {
  let renders = 0;
  renderHook(() => {
    renders += 1;
    return useWorkout(CONFIG, "anna");
  });
  tell(await connected(), workoutOf({ latest: point(5) }));
  const before = renders;
  pass(1_500);
  expect(renders).toBe(before);
});

test("a view that goes ends its connection and its timers, and later wishes go nowhere", async () => {
  const { result, unmount } = follow();
  const socket = await connected();
  tell(socket, workoutOf({ latest: point(5), songs: [songPush(0)] }));
  unmount();
  expect(vi.getTimerCount()).toBe(0);
  result.current.asks.skip(0);
  result.current.asks.heartRate(140);
  expect(actions(socket)).toEqual([]);
});

test("another athlete is followed over another connection", async () => {
  const { rerender } = follow();
  const first = await connected();
  serve("ben");
  rerender({ user: "ben" });
  expect(await connected()).not.toBe(first);
});

test("a skip is of the workout's time, which is not the wall's", async () => {
  const { result } = follow();
  const socket = await connected();
  tell(socket, workoutOf({ latest: point(5), songs: [songPush(0)] }));
  pass(1_000);
  act(() => {
    result.current.asks.skip(0);
  });
  expect(result.current.asks.time()).toBe(SESSION + 6_000);
  expect(socket.sent.at(-1)).toMatchObject(skip(0, SESSION + 6_000));
});

test("nothing can be skipped before a heart rate came", async () => {
  const { result } = follow();
  const socket = await connected();
  result.current.asks.skip(0);
  expect([result.current.asks.time(), actions(socket)]).toEqual([null, []]);
});

test("a wish changes what it names and leaves the other settings", async () => {
  const { result } = follow();
  const socket = await connected();
  tell(socket, workoutOf());
  act(() => {
    result.current.asks.change({ lock: 140 });
  });
  expect(socket.sent.at(-1)).toMatchObject({ action: "change", settings: { lock: 140, age: 35 } });
});

test("a library that is chosen before a session waits for its start", async () => {
  const { result } = follow();
  const socket = await connected();
  tell(socket, workoutOf({ session: null }));
  act(() => {
    result.current.asks.playFrom("own");
  });
  expect(actions(socket)).toEqual([]);
  expect(result.current.state.settings).toEqual({ ...SETTINGS, library: "own" });
});

test("nothing is wished before the settings are known", async () => {
  const { result } = follow();
  const socket = await connected();
  result.current.asks.change({ lock: 140 });
  expect(actions(socket)).toEqual([]);
});
