import { beforeEach, describe, expect, test } from "vitest";

import { type Sample, heartRates } from "../src/wire/messages";
import { BATCH, REPEATED_FOR_MS } from "../src/heart/sender";
import { MAX_SAMPLES } from "../src/wire/limits";
import { NOW, songPush } from "./helpers";
import { FakeServer, rising, steady, upTo } from "./server";

/** API Gateway counts a message of up to 32 KB once. */
const FRAME_BYTES = 32 * 1024;

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
  server.opens();
});

function lastBatch(): readonly number[] {
  return (server.batches.at(-1) ?? []).map(([at_ms]) => (at_ms - NOW) / 1000);
}

/** A song whose choice rested on what was folded so far. */
function pushesASong(): void {
  const at_ms = server.taken.at(-1)?.[0] ?? 0;
  const { why } = songPush(0);
  server.says(songPush(0, { session: NOW, starts_at_ms: NOW, ends_at_ms: NOW + 600_000, why: { ...why, at_ms } }));
}

/** What was measured before the server's newest sample, and is not folded. */
function lost(): readonly Sample[] {
  const newest_ms = server.taken.at(-1)?.[0] ?? 0;
  return server.sender.samples.filter((each) => each[0] <= newest_ms && !server.taken.includes(each));
}

describe("what was sent has arrived once the server has told a time at or after it", () => {
  test("and until then goes again before what is new", () => {
    server.beats(...rising(11));
    expect(lastBatch()).toEqual(upTo(11));
    server.tellsWorkout();
    server.beats(...rising(10));
    expect(lastBatch()).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
  });

  test("which a song tells as well", () => {
    server.beats(...rising(11));
    pushesASong();
    server.beats(...rising(10));
    expect(lastBatch()).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    expect(server.sender.backlog.samples).toHaveLength(10);
  });

  test("for ninety seconds", () => {
    server.beats(...steady(300));
    const [first] = lastBatch();
    const sent_ms = server.now_ms - NOW;
    expect((first ?? 0) * 1000).toBeGreaterThan(sent_ms - REPEATED_FOR_MS - 15_000);
    expect((first ?? 0) * 1000).toBeLessThanOrEqual(sent_ms - REPEATED_FOR_MS + 15_000);
  });

  test("another device's samples are newer than ours, so ours cannot be folded and go no more", () => {
    server.beats(...rising(11));
    server.taken.push([server.now_ms + 400, 120]);
    server.tellsWorkout();
    server.beats(...rising(10));
    expect(lastBatch()).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
  });

  test("what is from before the session goes no more: the server would ignore it", () => {
    server.beats(...rising(6));
    server.session = NOW + 6_500;
    server.taken = [];
    server.tellsWorkout();
    server.beats(...rising(5));
    expect(lastBatch()).toEqual([7, 8, 9, 10, 11]);
  });

  test("a message holds the contract's number of samples at most, and they fit into one frame", () => {
    server.open = false;
    server.beats(...rising(500));
    server.opens();
    server.passes(9);
    const lengths = server.batches.map(({ length }) => length);
    expect(lengths).toContain(MAX_SAMPLES);
    expect(Math.max(...lengths)).toBe(MAX_SAMPLES);
    const longest: Sample = [9_999_999_999_999, 123.45678901234567];
    const text = JSON.stringify(heartRates(Array<Sample>(MAX_SAMPLES).fill(longest)));
    expect(text.length).toBeLessThan(FRAME_BYTES);
  });
});

describe("a stream that refuses what the gateway passes on, and tells nobody", () => {
  test.each([
    ["moves", rising],
    ["is steady", steady],
  ])("for a minute costs no sample of a heart that %s", (_, hearts) => {
    server.beats(...hearts(100));
    const until_ms = server.now_ms + 60_000;
    server.streamRefuses = () => server.now_ms < until_ms;
    server.beats(...hearts(100));
    expect(lost()).toEqual([]);
    expect(server.taken.length).toBeGreaterThan(184);
  });

  test.each([2, 3])("message %i of so many costs none", (each) => {
    server.streamRefuses = (number) => number % each === 0;
    server.beats(...rising(300));
    server.passes(10);
    expect(lost()).toEqual([]);
    expect(server.taken.length).toBeGreaterThan(294);
  });

  test("while a long outage is made up for costs none, where it refuses every third", () => {
    server.open = false;
    server.beats(...rising(500));
    server.streamRefuses = (number) => number % 3 === 0;
    server.opens();
    server.passes(12);
    server.beats(...rising(24));
    expect(lost()).toEqual([]);
    expect(server.taken.length).toBeGreaterThan(505);
  });

  test("for longer than samples are repeated costs none that the server asks for in time", () => {
    server.beats(...rising(20));
    server.streamRefuses = () => true;
    server.beats(...rising(200));
    server.streamRefuses = () => false;
    server.tellsWorkout();
    server.passes(5);
    server.beats(...rising(20));
    expect(lost()).toEqual([]);
    expect(server.taken.length).toBeGreaterThan(230);
  });

  test("for the last message of a workout is found out, and that goes again", () => {
    server.beats(...rising(20));
    server.streamRefuses = () => true;
    server.passes(6);
    server.streamRefuses = () => false;
    expect(server.sender.isUntold(server.now_ms)).toBe(false);
    server.tellsWorkout();
    expect(server.taken).not.toHaveLength(20);
    server.passes(20);
    expect(server.sender.isUntold(server.now_ms)).toBe(true);
    server.tellsWorkout();
    expect(server.takenSeconds).toEqual(upTo(20));
    server.tellsWorkout();
    server.passes(30);
    expect(server.sender.isUntold(server.now_ms)).toBe(false);
  });
});

test("answers that lag begin nothing again, and only the newest half of a message is new", () => {
  server.beats(...rising(30));
  const all = server.taken;
  server.taken = all.slice(0, 2);
  server.tellsWorkout();
  server.taken = all;
  server.beats(...rising(5));
  expect(server.sizes.every((size) => size > 0 && size <= BATCH)).toBe(true);
});
