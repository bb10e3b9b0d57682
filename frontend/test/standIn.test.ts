import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { keepSpare } from "../src/music/standIn";
import { Shelf, boardsOf } from "../src/ownSongs/shelf";
import { type Store, createStore } from "../src/session/store";
import { NOW, SESSION, point, songPush, workoutOf } from "./helpers";

let store: Store;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  store = createStore();
  end = keepSpare(store, new Shelf(boardsOf("anna")));
  store.dispatch({ kind: "status", status: { phase: "open" } });
  tell({ latest: point(199), songs: [songPush(0)] });
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

function tell(changes: Parameters<typeof workoutOf>[0]): void {
  store.dispatch({ kind: "message", message: workoutOf(changes), now_ms: Date.now() });
}

function loseNetwork(): void {
  store.dispatch({ kind: "status", status: { phase: "connecting" } });
}

test("a spare song begins when the last one is over and there is no connection", () => {
  loseNetwork();
  expect(store.get().spare).toBeNull();
  vi.advanceTimersByTime(1_250);
  expect(store.get().spare?.song.id).toBe("song-0");
});

test("none begins while the server can be asked", () => {
  vi.advanceTimersByTime(5_000);
  expect(store.get().spare).toBeNull();
});

test("it makes way for the server's next song at once", () => {
  loseNetwork();
  vi.advanceTimersByTime(1_250);
  tell({ latest: point(202), songs: [songPush(0), songPush(1, { starts_at_ms: SESSION + 200_500 })] });
  expect(store.get().spare).toBeNull();
});

test("none is kept when nobody looks any more", () => {
  loseNetwork();
  end();
  vi.advanceTimersByTime(5_000);
  expect([store.get().spare, vi.getTimerCount()]).toEqual([null, 0]);
});
