import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ANSWER_WITHIN_MS } from "../src/workout/asked";
import { OwnSongsSender } from "../src/ownSongs/sender";
import type { ClientMessage, OwnSong } from "../src/wire/messages";

const SONGS: readonly OwnSong[] = Array.from({ length: 120 }, (_, number) => ({
  id: `f-${number}`,
  title: "A title",
  artist: "Me",
  tempo: 128,
  duration_seconds: 200,
  genre: null,
}));

let sent: ClientMessage[];
let connected: boolean;
let taken: string[];
let sender: OwnSongsSender;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  taken = [];
  connected = true;
  const send = (message: ClientMessage) => {
    if (connected) sent.push(message);
    return connected;
  };
  sender = new OwnSongsSender(send);
});
afterEach(() => {
  sender.stop();
  vi.useRealTimers();
});

function begin(songs = SONGS, remove: readonly string[] = []) {
  return sender.deliver(songs, remove, (batch) => {
    taken.push(...batch.songs.map(({ id }) => id));
  });
}

/** The server answers the part that was sent last, or that with `id`. */
function answer(kept: number, removed = 0, id = lastId()): void {
  expect(sender.onMessage({ type: "own_songs_kept", kept, removed, id })).toBe(true);
}

function error(code: string, message: string): void {
  expect(sender.onMessage({ type: "error", code, message, id: lastId() })).toBe(true);
}

function lastId(): string {
  return sent.at(-1)?.id ?? "";
}

function firstIds(): readonly unknown[] {
  return sent.map((message) => message.action === "own_songs" && message.songs[0]?.id);
}

describe("songs on their way to the library", () => {
  test("go a message at a time, each after the answer to the one before", async () => {
    const done = begin();
    expect(firstIds()).toEqual(["f-0"]);
    answer(50);
    expect(taken).toHaveLength(50);
    expect(firstIds()).toEqual(["f-0", "f-50"]);
    answer(50);
    answer(20);
    expect(await done).toEqual({ kept: 120, removed: 0 });
  });

  test("go on after a break of the connection with what was not answered", async () => {
    const done = begin();
    answer(50);
    connected = false;
    sender.hold();
    await vi.advanceTimersByTimeAsync(10 * ANSWER_WITHIN_MS);
    connected = true;
    sender.resume();
    expect(firstIds()).toEqual(["f-0", "f-50", "f-50"]);
    answer(50);
    answer(20);
    expect(await done).toEqual({ kept: 120, removed: 0 });
  });

  test("wait where there is no connection yet", async () => {
    connected = false;
    const done = begin(SONGS.slice(0, 1));
    connected = true;
    sender.resume();
    answer(1);
    expect(await done).toEqual({ kept: 1, removed: 0 });
  });

  test("stop at a refusal, with its sentence, and do not hold up what comes after", async () => {
    const refused = expect(begin()).rejects.toThrow("A library holds 2000 songs.");
    const removed = begin([], ["f-7"]);
    error("library_full", "A library holds 2000 songs.");
    await refused;
    answer(0, 1);
    expect(await removed).toEqual({ kept: 0, removed: 1 });
  });

  test.each([
    { type: "error", code: "busy", message: "Skip again.", id: "a skip" },
    { type: "error", code: "empty_library", message: "No songs." },
    { type: "own_songs_kept", kept: 9, removed: 0, id: "of another page" },
    { type: "refused", message: "Bad request body" },
  ] as const)("are not stopped by what answers something else: %o", async (message) => {
    const done = begin(SONGS.slice(0, 1));
    expect(sender.onMessage(message)).toBe(false);
    expect(sent).toHaveLength(1);
    answer(1);
    expect(await done).toEqual({ kept: 1, removed: 0 });
  });

  test("are sent again after a second where the server was busy, and given up in the end", async () => {
    const refused = expect(begin()).rejects.toThrow("Again.");
    error("busy", "Again.");
    expect(firstIds()).toEqual(["f-0"]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(firstIds()).toEqual(["f-0", "f-0"]);
    error("busy", "Again.");
    await vi.advanceTimersByTimeAsync(1_000);
    error("busy", "Again.");
    await refused;
  });

  test("are sent again where no answer comes, and given up in the end", async () => {
    const refused = expect(begin()).rejects.toThrow("The server did not answer.");
    await vi.advanceTimersByTimeAsync(3 * ANSWER_WITHIN_MS);
    expect(firstIds()).toEqual(["f-0", "f-0", "f-0"]);
    await refused;
  });

  test("are counted once, by a late answer as well, which is not taken for that to others", async () => {
    const done = begin();
    const id = lastId();
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
    expect(firstIds()).toEqual(["f-0", "f-0"]);
    answer(50, 0, id);
    expect(sender.onMessage({ type: "own_songs_kept", kept: 50, removed: 0, id })).toBe(false);
    expect(taken).toHaveLength(50);
    answer(50);
    answer(20);
    expect(await done).toEqual({ kept: 120, removed: 0 });
  });

  test("need no message where there are none", async () => {
    expect(await begin([])).toEqual({ kept: 0, removed: 0 });
    expect(sent).toEqual([]);
  });
});
