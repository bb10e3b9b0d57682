import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { workoutTime } from "../src/workout/clock";
import type { Workout } from "../src/wire/messages";
import { type Store, createStore } from "../src/session/store";
import { type Watch, watch } from "../src/session/watch";
import { skipSentence } from "../src/workout/words";
import { NOW, SETTINGS, songPush, workoutOf } from "./helpers";
import { FakeSocket } from "./socket";

const CONFIG = { websocket_url: "ws://here", users: [], token_url: "/token" };

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

/** What the server says to the last message of this action. */
function answer(socket: FakeSocket, action: string, message: object): void {
  const id = socket.sent.findLast((each) => each.action === action)?.id;
  socket.onmessage({ data: JSON.stringify({ ...message, id }) });
}

/** A song that plays on for ten minutes: nothing is missing. */
function comesASong(socket: FakeSocket, ends_ms = NOW + 600_000): void {
  const push = songPush(0, { session: NOW, starts_at_ms: NOW, ends_at_ms: ends_ms });
  socket.onmessage({ data: JSON.stringify(push) });
}

/** How often the workout was asked for. */
function questions({ sent }: FakeSocket): number {
  return sent.filter(({ action }) => action === "workout").length;
}

function turns(visibilityState: "hidden" | "visible"): void {
  Object.assign(document, { visibilityState });
  document.dispatchEvent(new Event("visibilitychange"));
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
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("WebSocket", FakeSocket);
  store = createStore();
});
afterEach(() => {
  watching?.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
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

describe("the workout is asked for", () => {
  test("on connecting, and by who measures no more while nothing is missing", async () => {
    const socket = await watched("anna", "anna");
    comesASong(socket);
    await beats(...Array<number>(120).fill(131));
    expect(questions(socket)).toBe(1);
    expect(actions(socket).length).toBeGreaterThan(8);
    turns("hidden");
    await beats(131);
    turns("visible");
    expect(questions(socket)).toBe(1);
  });

  test("less and less often while the next song is late, and no more once it came", async () => {
    const socket = await watched("anna", "anna");
    comesASong(socket, NOW + 20_000);
    const at_seconds: number[] = [];
    for (let second = 1; second < 120; second += 1) {
      const before = questions(socket);
      await beats(131);
      if (questions(socket) > before) at_seconds.push(second);
      socket.onmessage({ data: JSON.stringify(workoutOf({ session: NOW })) });
    }
    expect(at_seconds).toEqual([18, 22, 30, 46, 76, 106]);
    const push = songPush(1, { session: NOW, starts_at_ms: NOW + 120_000, ends_at_ms: NOW + 600_000 });
    socket.onmessage({ data: JSON.stringify(push) });
    await beats(...Array<number>(60).fill(131));
    expect(questions(socket)).toBe(7);
  });

  test("by who follows another device every 2.5 s, on its own page or another's", async () => {
    for (const sub of ["anna", "bert"]) {
      const socket = await watched("anna", sub);
      await vi.advanceTimersByTimeAsync(12_000);
      expect(questions(socket)).toBe(5);
      watching?.stop();
    }
  });

  test("by nobody who sees nothing, and at once when the page is seen again", async () => {
    const socket = await watched("anna", "bert");
    turns("hidden");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(questions(socket)).toBe(1);
    turns("visible");
    expect(questions(socket)).toBe(2);
  });

  test("while a wish has no answer", async () => {
    const socket = await watched("anna", "anna");
    comesASong(socket);
    await beats(131);
    watching?.skip(0, NOW + 1000);
    await beats(131, 131, 131);
    expect(questions(socket)).toBe(2);
    answer(socket, "skip", { type: "skipped", slot: 0 });
    await beats(...Array<number>(20).fill(131));
    expect(questions(socket)).toBe(2);
  });

  test("soon after the gateway refused a message, perhaps heart rates", async () => {
    const socket = await watched("anna", "anna");
    comesASong(socket);
    await beats(131);
    socket.onmessage({ data: JSON.stringify({ message: "Too Many Requests" }) });
    await beats(131, 131, 131);
    expect(questions(socket)).toBe(2);
  });

  test("once more when the athlete ends, and until the last heart rates are told as arrived", async () => {
    const socket = await watched("anna", "anna");
    comesASong(socket);
    await beats(131, 132);
    watching?.show(false);
    expect(socket.sent.slice(-2)).toMatchObject([{ action: "heartrate" }, { action: "workout" }]);
    const before = questions(socket);
    socket.onmessage({ data: JSON.stringify(workoutOf({ session: NOW })) });
    await vi.advanceTimersByTimeAsync(25_000);
    expect(questions(socket)).toBe(before + 1);
    const latest = { at_ms: NOW + 2100, heart_rate: 132, average: 131.5 };
    socket.onmessage({ data: JSON.stringify(encoded(workoutOf({ session: NOW, latest }))) });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(questions(socket)).toBe(before + 1);
    watching?.show(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(questions(socket)).toBe(before + 2);
  });
});

describe("what the server would refuse", () => {
  test("is not sent, but named with its limits", async () => {
    const socket = await watched("anna", "anna");
    watching?.change({ ...SETTINGS, lock: 39 });
    expect(actions(socket)).toEqual([]);
    expect(store.get().change.phase).toBe("none");
    expect(store.get().problem?.sentence).toBe(
      "This was not sent: lock is 39, but must be a number from 40 to 250.",
    );
    watching?.change({ ...SETTINGS, lock: 40 });
    expect(actions(socket)).toEqual(["change"]);
  });

  test("is no heart rate, and takes no others with it", async () => {
    const socket = await watched("anna", "anna");
    await beats(131, 0, 255, NaN, 132);
    expect(store.get().measured?.[1]).toBe(132);
    await vi.advanceTimersByTimeAsync(10_000);
    const samples = socket.sent.flatMap((each) => (each.action === "heartrate" ? each.samples : []));
    expect(new Set(samples.map(([, heart_rate]) => heart_rate))).toEqual(new Set([131, 132]));
  });
});
describe("songs of one's own", () => {
  const SONG = {
    id: "f-1",
    title: "Steps",
    artist: "Me",
    tempo: 128,
    duration_seconds: 200,
    genre: null,
  };

  test("go to the library, and again over a new connection until they are answered", async () => {
    const socket = await watched("anna", "anna");
    const done = watching?.sendOwnSongs([SONG], [], () => undefined);
    expect(socket.sent.at(-1)).toMatchObject({ action: "own_songs", songs: [SONG], remove: [] });
    socket.onclose();
    await vi.advanceTimersByTimeAsync(5_000);
    const later = FakeSocket.newest;
    expect(later).not.toBe(socket);
    expect(actions(later ?? socket)).toEqual(["own_songs"]);
    answer(later ?? socket, "own_songs", { type: "own_songs_kept", kept: 1, removed: 0 });
    expect(await done).toEqual({ kept: 1, removed: 0 });
  });

  test("are refused with the server's sentence, and a skip in its own", async () => {
    const socket = await watched("anna", "anna");
    const refused = expect(watching?.sendOwnSongs([SONG], [], () => undefined)).rejects.toThrow("No.");
    watching?.skip(0, NOW);
    answer(socket, "skip", { type: "error", code: "busy", message: "Skip again." });
    expect(store.get().skip).toMatchObject({ phase: "refused", sentence: "Skip again." });
    answer(socket, "own_songs", { type: "error", code: "library_full", message: "No." });
    await refused;
    expect(store.get().problem).toBeNull();
  });
});

test("settings that are chosen while a session is being started change it", async () => {
  const socket = await watched("anna", "anna");
  store.dispatch({ kind: "message", message: workoutOf({ session: null }), now_ms: NOW });
  await beats(131);
  const settings = { ...SETTINGS, library: "own" };
  watching?.begin(settings);
  expect(socket.sent.slice(-2)).toMatchObject([{ action: "start" }, { action: "change", settings }]);
  answer(socket, "start", { type: "started", session: NOW + 1100, settings: SETTINGS });
  answer(socket, "change", { type: "changed", settings });
  expect(store.get()).toMatchObject({ settings, change: { phase: "taken" } });
});

test("a start that the server was too busy for refuses no skip, and does not send songs again", async () => {
  const song = { id: "f-1", title: "", artist: "", tempo: 128, duration_seconds: 200, genre: null };
  const socket = await watched("anna", "anna");
  store.dispatch({ kind: "message", message: workoutOf({ session: null }), now_ms: NOW });
  await beats(131, 132);
  const done = watching?.sendOwnSongs([song], [], () => undefined);
  watching?.skip(0, NOW);
  answer(socket, "start", { type: "error", code: "busy", message: "Start again." });
  expect(store.get().skip.phase).toBe("asked");
  await vi.advanceTimersByTimeAsync(2_500);
  const count = (action: string) => actions(socket).filter((each) => each === action).length;
  expect([count("start"), count("own_songs")]).toEqual([2, 1]);
  answer(socket, "own_songs", { type: "own_songs_kept", kept: 1, removed: 0 });
  expect(await done).toEqual({ kept: 1, removed: 0 });
});

describe("a page whose place newer ones took", () => {
  const REPLACED = { type: "error", code: "too_many_connections", message: "The oldest ends." };

  async function replaced(): Promise<FakeSocket> {
    const socket = await watched("anna", "anna");
    await beats(131);
    socket.onmessage({ data: JSON.stringify(REPLACED) });
    socket.onclose();
    return socket;
  }

  test("stays away, whatever comes and however long, and says so in no other place", async () => {
    vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
    const socket = await replaced();
    document.dispatchEvent(new Event("visibilitychange"));
    for (const event of ["online", "focus", "pageshow"]) window.dispatchEvent(new Event(event));
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(FakeSocket.newest).toBe(socket);
    expect(store.get()).toMatchObject({ status: { phase: "replaced" }, problem: null });
  });

  test("keeps what is measured meanwhile, and sends it once it is asked back", async () => {
    const socket = await replaced();
    await beats(...Array<number>(20).fill(140));
    window.dispatchEvent(new Event("pagehide"));
    expect(items.get("tempofit-unsent-anna")?.match(/,1[34]\d\]/g)).toHaveLength(21);
    watching?.connect();
    await vi.advanceTimersByTimeAsync(100);
    const later = FakeSocket.newest ?? socket;
    expect(later).not.toBe(socket);
    later.onmessage({ data: JSON.stringify(workoutOf({ session: NOW })) });
    const batches = later.sent.flatMap((each) => (each.action === "heartrate" ? [each.samples] : []));
    expect(batches.map(({ length }) => length)).toEqual([21]);
  });
});

describe("a page whose messages are too many", () => {
  const TOO_MANY = { type: "error", code: "too_many_messages", message: "Send fewer." };
  const refuse = (socket: FakeSocket) => {
    socket.onmessage({ data: JSON.stringify(TOO_MANY) });
  };

  test("sends nothing at once, and no heart rates until it knows which arrived", async () => {
    const socket = await watched("anna", "anna");
    await beats(131, 132);
    const before = socket.sent.length;
    refuse(socket);
    expect(socket.sent).toHaveLength(before);
    for (let second = 0; second < 30; second += 1) {
      await beats(150);
      if (socket.sent.at(-1)?.action === "workout") refuse(socket);
    }
    const later = socket.sent.slice(before);
    expect(new Set(later.map(({ action }) => action))).toEqual(new Set(["workout"]));
    expect(later.length).toBeLessThanOrEqual(16);
    const latest = { at_ms: NOW + 1100, heart_rate: 131, average: 131 };
    socket.onmessage({ data: JSON.stringify(encoded(workoutOf({ session: NOW, latest }))) });
    const batch = socket.sent.at(-1);
    expect(batch?.action === "heartrate" && batch.samples).toHaveLength(31);
  });

  test("sends songs of one's own again as where no answer comes, and says of a skip that none came", async () => {
    const song = { id: "f-1", title: "", artist: "", tempo: 128, duration_seconds: 200, genre: null };
    const socket = await watched("anna", "anna");
    const done = watching?.sendOwnSongs([song], [], () => undefined);
    watching?.skip(0, NOW);
    refuse(socket);
    refuse(socket);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(actions(socket)).toEqual(["own_songs", "skip"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(actions(socket)).toEqual(["own_songs", "skip", "own_songs"]);
    expect(skipSentence(store.get().skip, [], Date.now())).toBe("No answer came. Try again.");
    answer(socket, "own_songs", { type: "own_songs_kept", kept: 1, removed: 0 });
    expect(await done).toEqual({ kept: 1, removed: 0 });
  });

  test("waits as after any other close", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    const socket = await watched("anna", "anna");
    refuse(socket);
    socket.onclose();
    expect(store.get().status).toMatchObject({ phase: "waiting", until_ms: Date.now() + 450 });
    await vi.advanceTimersByTimeAsync(600);
    expect(store.get().status.phase).toBe("open");
    FakeSocket.newest?.onclose();
    expect(store.get().status).toMatchObject({ phase: "waiting", until_ms: Date.now() + 900 });
  });
});

test("a tab whose clock was slowed down stays connected while a strap beats", async () => {
  vi.spyOn(globalThis, "setInterval").mockReturnValue(setTimeout(() => undefined)); // nobody polls
  const socket = await watched("anna", "anna");
  comesASong(socket);
  await beats(131, ...Array<number>(30).fill(150));
  expect(actions(socket).length).toBeGreaterThan(3);
  expect(FakeSocket.newest).toBe(socket);
});

test("a session that does not run yet begins with the settings that were asked for", async () => {
  const socket = await watched("anna", "anna");
  const tellsDefaults = () => {
    socket.onmessage({ data: JSON.stringify(workoutOf({ session: null })) });
  };
  store.dispatch({ kind: "message", message: workoutOf({ session: null }), now_ms: NOW });
  tellsDefaults();
  watching?.begin({ ...SETTINGS, lock: 39 });
  expect(store.get().problem?.sentence).toMatch("lock is 39");
  watching?.begin({ ...SETTINGS, library: "own" });
  await vi.advanceTimersByTimeAsync(4_000);
  tellsDefaults();
  expect(store.get().settings?.library).toBe("own");
  await beats(131);
  expect(socket.sent.at(-1)).toMatchObject({ action: "start", settings: { library: "own" } });
});
