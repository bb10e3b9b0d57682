import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ANSWER_WITHIN_MS } from "../src/workout/asked";
import { Collector } from "../src/own/collector";
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
let collector: Collector;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  taken = [];
  connected = true;
  collector = new Collector((message) => {
    if (connected) sent.push(message);
    return connected;
  });
});
afterEach(() => {
  collector.stop();
  vi.useRealTimers();
});

function begin(songs = SONGS, remove: readonly string[] = []) {
  return collector.collect(songs, remove, (batch) => {
    taken.push(...batch.songs.map(({ id }) => id));
  });
}

function answer(kept: number, removed = 0): void {
  collector.onMessage({ type: "songs", kept, removed }, true);
}

function firstIds(): readonly unknown[] {
  return sent.map((message) => message.action === "songs" && message.songs[0]?.id);
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
    collector.resume();
    connected = true;
    collector.resume();
    expect(firstIds()).toEqual(["f-0", "f-50", "f-50"]);
    answer(50);
    answer(20);
    expect(await done).toEqual({ kept: 120, removed: 0 });
  });

  test("wait where there is no connection yet", async () => {
    connected = false;
    const done = begin(SONGS.slice(0, 1));
    connected = true;
    collector.resume();
    answer(1);
    expect(await done).toEqual({ kept: 1, removed: 0 });
  });

  test("stop at a refusal, with its sentence, and do not hold up what comes after", async () => {
    const refused = expect(begin()).rejects.toThrow("This library is full.");
    const removed = begin([], ["f-7"]);
    collector.onMessage({ type: "error", code: "full", message: "This library is full." }, true);
    await refused;
    answer(0, 1);
    expect(await removed).toEqual({ kept: 0, removed: 1 });
  });

  test("are not stopped by an error that may answer something else", async () => {
    const done = begin(SONGS.slice(0, 1));
    collector.onMessage({ type: "error", code: "busy", message: "Again." }, false);
    answer(1);
    expect(await done).toEqual({ kept: 1, removed: 0 });
  });

  test("are sent again where no answer comes, and given up in the end", async () => {
    const refused = expect(begin()).rejects.toThrow("The server did not answer.");
    await vi.advanceTimersByTimeAsync(3 * ANSWER_WITHIN_MS);
    expect(firstIds()).toEqual(["f-0", "f-0", "f-0"]);
    await refused;
  });

  test("need no message where there are none", async () => {
    expect(await begin([])).toEqual({ kept: 0, removed: 0 });
    expect(sent).toEqual([]);
  });
});
