import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { workoutTime } from "../src/clock";
import type { ClientMessage, Workout } from "../src/messages";
import { type Store, createStore } from "../src/store";
import { type Watch, watch } from "../src/watch";
import { NOW, workoutOf } from "./helpers";

const CONFIG = { websocket_url: "ws://here", users: [], token_url: "/token" };

/** The WebSocket of a server that answers nothing by itself. */
class FakeSocket {
  static newest: FakeSocket | null = null;
  readonly sent: ClientMessage[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: () => void = () => undefined;
  constructor() {
    FakeSocket.newest = this;
    queueMicrotask(() => {
      this.onopen();
    });
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage);
  }
  close(): void {
    this.onclose();
  }
}

let store: Store;
let watching: Watch | null;
/** The browser's storage. */
let items: Map<string, string>;

/** Watches `user` with a token of `sub`, as far as the server's first answer. */
async function watched(user: string, sub: string): Promise<FakeSocket> {
  const access_token = `e30.${btoa(JSON.stringify({ sub }))}.signature`;
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ access_token })));
  watching = watch(CONFIG, user, store);
  await vi.advanceTimersByTimeAsync(100);
  const socket = FakeSocket.newest;
  if (!socket) throw new Error("Nobody connected.");
  socket.onmessage({ data: JSON.stringify(workoutOf({ session: NOW })) });
  return socket;
}

/** As the server writes it: points are lists. */
function encoded({ latest, ...workout }: Workout): object {
  return { ...workout, latest: latest && [latest.at_ms, latest.heart_rate, latest.average] };
}

async function beats(...heart_rates: readonly number[]): Promise<void> {
  for (const heart_rate of heart_rates) {
    await vi.advanceTimersByTimeAsync(1000);
    watching?.heartRate(heart_rate);
  }
}

function actions({ sent }: FakeSocket): readonly string[] {
  return sent.map(({ action }) => action).filter((action) => action !== "workout");
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  items = new Map();
  const localStorage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => items.set(key, text),
    removeItem: (key: string) => items.delete(key),
  };
  vi.stubGlobal("window", Object.assign(new EventTarget(), { localStorage }));
  vi.stubGlobal("WebSocket", FakeSocket);
  store = createStore();
});
afterEach(() => {
  watching?.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a heart rate of this device", () => {
  test("is shown and sent for the athlete of the token", async () => {
    const socket = await watched("anna", "anna");
    await beats(131);
    expect(store.get().measured).toEqual([NOW + 1100, 131]);
    expect(socket.sent.at(-1)).toEqual({ action: "heartrate", samples: [[NOW + 1100, 131]] });
  });

  test("is neither shown nor sent where somebody else is watched", async () => {
    const socket = await watched("bert", "anna");
    await beats(131, 132);
    expect(store.get().measured).toBeNull();
    expect(actions(socket)).toEqual([]);
  });

  test("goes at once before a skip, and when the page is left", async () => {
    const socket = await watched("anna", "anna");
    await beats(131, 132);
    watching?.skip(0, NOW + 2000);
    expect(actions(socket)).toEqual(["heartrate", "heartrate", "skip"]);
    await beats(131);
    window.dispatchEvent(new Event("pagehide"));
    expect(actions(socket)).toHaveLength(4);
  });

  test("of a replay is of its own time", async () => {
    const socket = await watched("anna", "anna");
    watching?.heartRate(131, { at_ms: NOW + 50, came_ms: NOW + 100, speed: 10 });
    expect(socket.sent.at(-1)).toEqual({ action: "heartrate", samples: [[NOW + 50, 131]] });
    expect(store.get().measured).toEqual([NOW + 50, 131]);
    expect(workoutTime(store.get().arrivals, NOW + 200)).toBe(NOW + 1_050);
    expect(watching?.measured()).toEqual([[NOW + 50, 131]]);
  });

  test("survives a reload of the page until the server has it", async () => {
    await watched("anna", "anna");
    await beats(131, 132, 133);
    window.dispatchEvent(new Event("pagehide"));
    watching?.stop();
    expect(items.size).toBe(1);

    const socket = await watched("anna", "anna");
    const batch = socket.sent.find(({ action }) => action === "heartrate");
    expect(batch).toMatchObject({ samples: [[NOW + 1100, 131], [NOW + 2100, 132], [NOW + 3100, 133]] });
    const latest = { at_ms: NOW + 3100, heart_rate: 133, average: 132 };
    socket.onmessage({ data: JSON.stringify(encoded(workoutOf({ session: NOW, latest }))) });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(items.size).toBe(0);
  });
});
