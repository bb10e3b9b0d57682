import { beforeEach, describe, expect, test } from "vitest";

import type { Sample } from "../src/wire/messages";
import { BATCH, KEPT } from "../src/heart/sender";
import { NOW, songPush } from "./helpers";
import { FakeServer, rising, steady, upTo } from "./server";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});

describe("when samples are sent", () => {
  test("the first at once, then every ten seconds while the heart rate moves", () => {
    server.opens();
    server.beats(...rising(41));
    expect(server.sizes).toEqual([1, 10, 10, 10, 10]);
  });

  test("every fifteen seconds once it is steady, and at once on a jump of more than eight", () => {
    server.opens();
    server.beats(...steady(41));
    expect(server.sizes).toEqual([1, 10, 15, 15]);
    server.beats(120, 120, 128);
    expect(server.sizes).toHaveLength(4);
    server.beats(129);
    expect(server.sizes.slice(4)).toEqual([4]);
  });

  test("at once on a skip", () => {
    server.opens();
    server.beats(...rising(3));
    server.sender.flush(server.now_ms);
    expect(server.sizes).toEqual([1, 2]);
  });

  const sentSeconds = () =>
    server.batches.map((batch) => ((batch.at(-1)?.[0] ?? 0) - NOW) / 1000);

  test("ten seconds before a song's end, when the server asks for the next", () => {
    server.songs = [songPush(0, { starts_at_ms: NOW, ends_at_ms: NOW + 58_000, session: NOW })];
    server.opens();
    server.beats(...steady(60));
    expect(sentSeconds()).toContain(48);
  });

  test("five seconds after a message that the server makes an average of, though a song ends", () => {
    server.songs = [songPush(0, { starts_at_ms: NOW, ends_at_ms: NOW + 58_000, session: NOW })];
    server.opens();
    server.beats(...steady(45), ...new Array<number>(13).fill(131));
    expect(sentSeconds().filter((second) => second > 42)).toEqual([46, 51]);
  });

  test("what a strap measured before it fell silent is sent by the clock", () => {
    server.opens();
    server.beats(...rising(3));
    server.sender.tick(server.now_ms + 7_999);
    expect(server.sizes).toEqual([1]);
    server.sender.tick(server.now_ms + 8_000);
    expect(server.sizes).toEqual([1, 2]);
  });

  test("one a second at most, at whole milliseconds, never back in time", () => {
    const { sender } = server;
    expect([100.4, 900, 1000.5, 1999, 500, 2100].map((ms) => sender.add(NOW + ms, 90))).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
    server.opens();
    expect(server.taken.map(([at_ms]) => at_ms - NOW)).toEqual([100, 1001, 2100]);
  });
});

describe("nothing is lost or doubled", () => {
  test("before the first answer nothing goes, after it all", () => {
    server.beats(...rising(8));
    expect(server.messages).toEqual([]);
    server.opens();
    expect(server.takenSeconds).toEqual(upTo(8));
  });

  test("without a connection samples wait, and go in batches of at most sixty, one a second", () => {
    server.opens();
    server.beats(80);
    server.open = false;
    server.beats(...rising(130));
    expect(server.sender.unsent).toBe(130);
    server.opens();
    expect(server.sizes).toEqual([1, BATCH]);
    server.passes(1);
    expect(server.sizes).toEqual([1, BATCH, BATCH]);
    server.passes(1);
    expect(server.sizes).toEqual([1, BATCH, BATCH, 10]);
    expect(server.takenSeconds).toEqual(upTo(131));
  });

  test("of what was kept by an earlier page no more goes at once either", () => {
    const samples = upTo(130).map((second): Sample => [NOW + second * 1000, 90]);
    server = new FakeServer({ came_ms: NOW + 130_000, samples });
    server.now_ms = NOW + 131_000;
    server.opens();
    expect(server.sizes).toEqual([BATCH]);
    server.passes(2);
    expect(server.sizes).toEqual([BATCH, BATCH, 10]);
  });

  test("a batch of many that the gateway refuses is not overtaken by the next", () => {
    server.opens();
    server.beats(80);
    server.open = false;
    server.beats(...rising(200));
    server.refusedBatch = 3;
    server.opens();
    server.passes(4);
    expect(server.sizes).toEqual([1, BATCH, BATCH]);
    expect(server.takenSeconds).toEqual(upTo(61));
    server.tellsWorkout();
    server.passes(3);
    expect(server.takenSeconds).toEqual(upTo(201));
  });

  test("what was sent into a dead connection is sent again after a reconnect, before what is new", () => {
    server.opens();
    server.beats(...rising(11));
    server.arrives = false;
    server.beats(...rising(12));
    server.sender.hold();
    server.beats(...rising(7));
    expect(server.takenSeconds).toEqual(upTo(11));
    server.opens();
    expect(server.takenSeconds).toEqual(upTo(30));
    expect(server.batches.at(-1)?.length).toBe(19);
    server.tellsWorkout();
    server.opens();
    expect(server.batches.at(-1)?.length).toBe(19);
  });

  test("answers that tell what was taken make no sample go twice, or never", () => {
    server.opens();
    for (let round = 0; round < 30; round += 1) {
      server.beats(...rising(2));
      server.tellsWorkout();
    }
    server.sender.flush(server.now_ms);
    expect(server.batches.flat().map(([at_ms]) => (at_ms - NOW) / 1000)).toEqual(upTo(60));
  });

  test("a later answer sends nothing again", () => {
    server.opens();
    server.beats(...rising(6));
    server.arrives = false;
    server.beats(...rising(5));
    const { length } = server.messages;
    server.tellsWorkout();
    expect(server.messages).toHaveLength(length);
  });

  test("what the gateway refuses is found out by the next answer, and sent again", () => {
    server.opens();
    server.beats(80);
    server.arrives = false;
    server.beats(...rising(5));
    server.says({ type: "refused", message: "Too many requests" });
    server.arrives = true;
    server.beats(...rising(4));
    expect(server.takenSeconds).toEqual([1]);
    server.tellsWorkout();
    expect(server.takenSeconds).toEqual(upTo(10));
  });

  test("after an hour without a connection the oldest go", () => {
    server.beats(...rising(KEPT + 5));
    expect(server.sender.unsent).toBe(KEPT);
    server.opens();
    server.passes(KEPT / BATCH);
    expect(server.takenSeconds[0]).toBe(6);
    expect(server.takenSeconds).toHaveLength(KEPT);
  });
});

describe("what this device measured", () => {
  test("is known for an hour, taken or not", () => {
    server.opens();
    server.beats(...rising(KEPT + 10));
    server.tellsWorkout();
    expect(server.sender.samples).toHaveLength(KEPT);
    expect(server.sender.samples.at(-1)?.[0]).toBe(server.now_ms);
  });

  test("and is not known to be taken survives a reload, and goes first", () => {
    server.opens();
    server.beats(...rising(11));
    server.tellsWorkout();
    server.arrives = false;
    server.beats(...rising(8));
    const { backlog } = server.sender;
    expect(backlog).toMatchObject({ came_ms: server.now_ms });
    expect(backlog.samples).toHaveLength(8);
    const reloaded = new FakeServer(backlog);
    reloaded.taken = server.taken;
    reloaded.now_ms = server.now_ms;
    reloaded.beats(90);
    reloaded.opens();
    expect(reloaded.takenSeconds).toEqual(upTo(20));
    reloaded.tellsWorkout();
    expect(reloaded.sender.backlog.samples).toEqual([]);
  });
});

describe("a replay", () => {
  /** Heart rates that come in a burst every quarter of a second. */
  const replay = (speed: number, seconds: number) => {
    for (let quarter = 0, second = 0; quarter < seconds * 4; quarter += 1) {
      server.now_ms += 250;
      for (; second <= ((quarter + 1) * speed) / 4; second += 1) {
        server.sender.add(NOW - 3_600_000 + second * 1000, 100 + (second % 5), server.now_ms);
      }
    }
  };

  test.each([10, 30, 60])("%i times as fast as life fills few messages", (speed) => {
    server.session = NOW - 3_600_000;
    server.opens();
    replay(speed, 12);
    expect(server.messages.length).toBeLessThanOrEqual(12 / 0.75 + 1);
    expect(Math.max(...server.sizes)).toBeLessThanOrEqual(BATCH);
    server.sender.flush(server.now_ms);
    expect(server.taken).toHaveLength(speed * 12 + 1);
  });
});
