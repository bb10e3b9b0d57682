import { beforeEach, describe, expect, test } from "vitest";

import type { Backlog } from "../src/heart/backlog";
import type { ClientMessage, Named, Sample, ServerMessage, SongPush } from "../src/wire/messages";
import { BATCH, KEPT, SESSION_GAP_MS, Sender } from "../src/heart/sender";
import { EMPTY, type State, reduce } from "../src/workout/store";
import { NOW, SETTINGS, songPush, workoutOf } from "./helpers";

/** A server as far as a sender sees it: it takes what is newer than its newest sample. */
class FakeServer {
  open = true;
  /** Whether what is sent arrives; a broken connection takes messages for a while. */
  arrives = true;
  readonly messages: ClientMessage[] = [];
  /** Which of the batches the gateway refuses, and says so a moment later. */
  refusedBatch = 0;
  taken: Sample[] = [];
  session: number | null = NOW;
  songs: readonly SongPush[] = [];
  settings = SETTINGS;
  state: State = EMPTY;
  now_ms = NOW;
  private refusing = false;
  readonly sender: Sender;

  constructor(backlog: Backlog | null = null) {
    const send = (message: ClientMessage) => {
      if (!this.open) return false;
      this.messages.push(message);
      const isRefused = message.action === "heartrate" && this.batches.length === this.refusedBatch;
      if (isRefused) this.refusing = true;
      else if (this.arrives && message.action === "heartrate") this.take(message.samples);
      return true;
    };
    this.sender = new Sender({ send, state: () => this.state }, backlog);
  }

  private take(samples: readonly Sample[]): void {
    for (const sample of samples) {
      if (sample[0] > (this.taken.at(-1)?.[0] ?? 0)) this.taken.push(sample);
    }
  }

  says(message: ServerMessage): void {
    this.state = reduce(this.state, { kind: "message", message, now_ms: this.now_ms });
    this.sender.onMessage(message, this.now_ms);
  }

  tellsWorkout(): void {
    const [at_ms, heart_rate] = this.taken.at(-1) ?? [0, 0];
    const latest = at_ms === 0 ? null : { at_ms, heart_rate, average: heart_rate };
    const { session, songs, settings } = this;
    this.says(workoutOf({ session, songs, settings, latest }));
  }

  /** Everything is gone, as after a restart of a server that keeps nothing. */
  forgets(): void {
    this.taken = [];
    this.session = null;
    this.songs = [];
    this.settings = SETTINGS;
  }

  starts(): void {
    const last = this.messages.at(-1);
    if (last?.action !== "start") throw new Error("No session was asked for.");
    this.session = last.at_ms;
    this.settings = { ...SETTINGS, ...last.settings };
    this.says({ type: "started", session: last.at_ms, settings: this.settings, ...this.answers });
  }

  /** What an answer to the last message says that it answers. */
  get answers(): Named {
    const id = this.messages.at(-1)?.id;
    return id === undefined ? {} : { id };
  }

  opens(): void {
    this.open = this.arrives = true;
    this.sender.hold();
    this.tellsWorkout();
  }

  /** One heart rate a second. */
  beats(...heart_rates: readonly number[]): void {
    for (const heart_rate of heart_rates) {
      this.now_ms += 1000;
      this.sender.add(this.now_ms, heart_rate);
    }
  }

  /** Time passes for a heart that says nothing. */
  passes(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now_ms += 500;
      if (this.refusing) this.says({ type: "refused", message: "Too many requests" });
      this.refusing = false;
      this.now_ms += 500;
      this.sender.tick(this.now_ms);
    }
  }

  get batches(): readonly (readonly Sample[])[] {
    return this.messages.flatMap((each) => (each.action === "heartrate" ? [each.samples] : []));
  }
  get sizes(): readonly number[] {
    return this.batches.map((batch) => batch.length);
  }
  get takenSeconds(): readonly number[] {
    return this.taken.map(([at_ms]) => (at_ms - NOW) / 1000);
  }
}

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});

/** Heart rates that move too much to be steady, and too little for a jump. */
function rising(count: number, from = 80): number[] {
  return Array.from({ length: count }, (_, second) => from + (second % 7));
}

function steady(count: number): number[] {
  return new Array<number>(count).fill(120);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

describe("when samples are sent", () => {
  test("the first at once, then every five seconds while the heart rate moves", () => {
    server.opens();
    server.beats(...rising(21));
    expect(server.sizes).toEqual([1, 5, 5, 5, 5]);
  });

  test("every fifteen seconds once it is steady, and at once on a jump of more than eight", () => {
    server.opens();
    server.beats(...steady(41));
    expect(server.sizes).toEqual([1, 5, 5, 15, 15]);
    server.beats(120, 120, 128);
    expect(server.sizes).toHaveLength(5);
    server.beats(129);
    expect(server.sizes.slice(5)).toEqual([4]);
  });

  test("at once on a skip", () => {
    server.opens();
    server.beats(...rising(3));
    server.sender.flush(server.now_ms);
    expect(server.sizes).toEqual([1, 2]);
  });

  test("twenty seconds before a song's end", () => {
    server.songs = [songPush(0, { starts_at_ms: NOW, ends_at_ms: NOW + 58_000, session: NOW })];
    server.opens();
    server.beats(...steady(60));
    expect(server.batches.map((batch) => ((batch.at(-1)?.[0] ?? 0) - NOW) / 1000)).toContain(38);
  });

  test("what a strap measured before it fell silent is sent by the clock", () => {
    server.opens();
    server.beats(...rising(3));
    server.sender.tick(server.now_ms + 2_999);
    expect(server.sizes).toEqual([1]);
    server.sender.tick(server.now_ms + 3_000);
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

describe("a server that forgot", () => {
  test("is sent everything again, from a start at the first sample, in what was chosen", () => {
    server.settings = { ...SETTINGS, mode: "zone" };
    server.opens();
    server.beats(...rising(130));
    server.tellsWorkout();
    server.forgets();
    server.opens();
    expect(server.messages.at(-1)).toMatchObject({
      action: "start",
      at_ms: NOW + 1000,
      settings: { ...SETTINGS, mode: "zone" },
    });
    server.starts();
    server.beats(...rising(5));
    server.sender.flush(server.now_ms);
    expect(server.takenSeconds).toEqual(upTo(135));
  });

  test("its newest samples is sent those, and no others", () => {
    server.opens();
    server.beats(...rising(60));
    server.tellsWorkout();
    server.taken = server.taken.slice(0, 41);
    const { length } = server.batches;
    server.opens();
    expect(server.takenSeconds).toEqual(upTo(60));
    expect(server.batches.slice(length).flat()).toHaveLength(19);
  });

  test("and knows the session, as another device began it, is sent nothing from before it", () => {
    server.opens();
    server.beats(...rising(60));
    server.tellsWorkout();
    server.session = NOW + 50_000;
    server.taken = [];
    server.opens();
    expect(server.takenSeconds).toEqual(upTo(60).slice(49));
  });

  test("an old workout is not sent that again", () => {
    server.opens();
    server.beats(...rising(60));
    server.sender.flush(server.now_ms);
    server.tellsWorkout();
    server.forgets();
    server.now_ms += SESSION_GAP_MS;
    const { length } = server.messages;
    server.opens();
    expect(server.messages).toHaveLength(length);
  });

  test("is sent the newer of two workouts only", () => {
    server.opens();
    server.beats(...rising(60));
    server.sender.flush(server.now_ms);
    server.tellsWorkout();
    server.now_ms += SESSION_GAP_MS;
    server.beats(90);
    server.starts();
    server.forgets();
    server.opens();
    server.starts();
    expect(server.takenSeconds).toEqual([61 + SESSION_GAP_MS / 1000]);
  });

  test("makes nothing go twice while answers only lag", () => {
    server.opens();
    server.beats(...rising(6));
    const lagging = server.taken.slice(0, 2);
    const all = server.taken;
    server.taken = lagging;
    server.tellsWorkout();
    server.taken = all;
    server.beats(...rising(5));
    expect(server.batches.flat()).toHaveLength(11);
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

describe("a session", () => {
  test("is started by the first heart rate where none runs, with what was chosen before", () => {
    server.session = null;
    server.settings = { ...SETTINGS, mode: "zone" };
    server.opens();
    expect(server.messages).toEqual([]);
    server.beats(90, 91);
    expect(server.messages).toMatchObject([
      { action: "start", at_ms: NOW + 1000, settings: server.settings },
    ]);
    server.session = NOW + 1000;
    server.says({ type: "started", session: NOW + 1000, settings: server.settings, ...server.answers });
    expect(server.takenSeconds).toEqual([1, 2]);
  });

  test("is started with what was chosen for it, and not with what ran before", () => {
    server.session = null;
    server.opens();
    const settings = { ...SETTINGS, library: "own" };
    server.state = reduce(server.state, { kind: "begin", settings, now_ms: server.now_ms });
    server.tellsWorkout();
    server.beats(90);
    expect(server.messages).toMatchObject([{ action: "start", at_ms: NOW + 1000, settings }]);
  });

  test("is not started where one runs", () => {
    server.opens();
    server.beats(...rising(10));
    expect(server.messages.every((each) => each.action === "heartrate")).toBe(true);
  });

  test("is started anew where the last one is over", () => {
    server.session = NOW - SESSION_GAP_MS;
    server.opens();
    server.beats(90);
    expect(server.messages.map((each) => each.action)).toEqual(["start"]);
  });

  test("is asked for again where the server was busy, and where it gave no answer", () => {
    server.session = null;
    server.opens();
    server.beats(90);
    server.says({ type: "error", code: "busy", message: "Start again.", ...server.answers });
    server.beats(91);
    expect(server.messages).toHaveLength(2);
    server.beats(...rising(9));
    expect(server.messages).toHaveLength(2);
    server.beats(90);
    expect(server.messages).toHaveLength(3);
    expect(new Set(server.messages.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test("is not asked for again because of what answers something else", () => {
    server.session = null;
    server.opens();
    server.beats(90);
    server.says({ type: "error", code: "busy", message: "Skip again.", id: "a skip" });
    server.says({ type: "error", code: "older_session", message: "A later one runs." });
    server.beats(...rising(8));
    server.tellsWorkout();
    expect(server.messages).toHaveLength(1);
    server.starts();
    expect(server.takenSeconds).toEqual(upTo(9));
  });

  test("that another device began meanwhile is joined", () => {
    server.session = null;
    server.opens();
    server.beats(90, 91);
    server.session = NOW + 1500;
    server.says({ type: "error", code: "older_session", message: "A later one runs.", ...server.answers });
    server.tellsWorkout();
    expect(server.takenSeconds).toEqual([1, 2]);
  });
});
