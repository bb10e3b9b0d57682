import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import {
  Connection,
  FIRST_WAIT_MS,
  LONGEST_WAIT_MS,
  RENEW_SPREAD_MS,
  RENEW_WITHIN_MS,
  SILENCE_MS,
  type Status,
  waitMs,
} from "../src/wire/connection";
import type { Socket, SocketListener } from "../src/wire/socket";

/** One socket that the test opens, speaks through and breaks. */
class FakeSocket implements Socket {
  readonly sent: string[] = [];
  closed = false;
  constructor(readonly listener: SocketListener) {}
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.listener.onClose();
  }
}

class FakeServer {
  readonly sockets: FakeSocket[] = [];
  refuses = false;
  slow_ms = 0;
  tries = 0;
  readonly open = async (listener: SocketListener): Promise<Socket> => {
    this.tries += 1;
    if (this.slow_ms > 0) await new Promise((done) => setTimeout(done, this.slow_ms));
    if (this.refuses) return Promise.reject(new Error("The sign-in server cannot be reached."));
    const socket = new FakeSocket(listener);
    this.sockets.push(socket);
    return Promise.resolve(socket);
  };
  get newest(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("Nobody connected.");
    return socket;
  }
}

/** Mulberry32: the same seed, the same run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let server: FakeServer;
let statuses: Status[];
let received: string[];
let connection: Connection;

async function connect(random: () => number = seeded(1), speaks_unasked = false): Promise<void> {
  connection = new Connection(
    server.open,
    { onStatus: (status) => statuses.push(status), onMessage: (text) => received.push(text) },
    random,
    SILENCE_MS,
    speaks_unasked,
  );
  connection.connect();
  await settled();
}

/** From now on, every socket that is open hears something every two seconds. */
function answering(): ReturnType<typeof setInterval> {
  return setInterval(() => {
    for (const socket of server.sockets) {
      if (!socket.closed) socket.listener.onMessage("answer");
    }
  }, 2000);
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const phases = () => statuses.map((status) => status.phase);

describe("the wait before another try", () => {
  test("is anything up to a limit that doubles to half a minute", () => {
    const limits = [0, 1, 2, 3, 10].map((failures) => waitMs(failures, () => 1));
    expect(limits).toEqual([500, 1000, 2000, 4000, LONGEST_WAIT_MS]);
    expect(waitMs(10, () => 0)).toBe(0);
  });

  test("spreads a crowd over the whole limit", () => {
    const random = seeded(7);
    const waits = Array.from({ length: 1000 }, () => waitMs(3, random));
    const tenths = new Set(waits.map((wait) => Math.floor(wait / 400)));
    expect(tenths.size).toBe(10);
  });
});

describe("the connection", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    server = new FakeServer();
    statuses = [];
    received = [];
  });

  afterEach(() => {
    connection.stop();
    vi.useRealTimers();
  });

  test("connects, opens and sends", async () => {
    await connect();
    expect(phases()).toEqual(["connecting", "open"]);
    expect(connection.send({ action: "workout" })).toBe(true);
    expect(server.newest.sent).toEqual(['{"action":"workout"}']);
  });

  test("hands on what it receives", async () => {
    await connect();
    server.newest.listener.onMessage("hello");
    expect(received).toEqual(["hello"]);
  });

  test("says that nothing was sent while there is no socket", async () => {
    server.refuses = true;
    await connect();
    expect(connection.send({ action: "workout" })).toBe(false);
  });

  test("comes back after the socket closed, and says why it waits", async () => {
    await connect();
    server.newest.close();
    expect(statuses.at(-1)).toMatchObject({
      phase: "waiting",
      reason: "The connection was closed.",
    });
    await vi.advanceTimersByTimeAsync(FIRST_WAIT_MS);
    expect(phases()).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
  });

  test("waits longer after every failure", async () => {
    server.refuses = true;
    await connect(() => 1);
    const waits = [];
    for (let n = 0; n < 8; n += 1) {
      const status = statuses.at(-1);
      const wait = status?.phase === "waiting" ? status.until_ms - Date.now() : NaN;
      waits.push(wait);
      await vi.advanceTimersByTimeAsync(wait);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(statuses.at(-1)).toMatchObject({ reason: "The sign-in server cannot be reached." });
  });

  test("keeps waiting longer where a server accepts and closes at once", async () => {
    await connect(() => 1);
    server.newest.close();
    await vi.advanceTimersByTimeAsync(500);
    server.newest.close();
    expect(statuses.at(-1)).toMatchObject({ phase: "waiting", until_ms: Date.now() + 1000 });
  });

  test("starts from the shortest wait again once the server has answered", async () => {
    server.refuses = true;
    await connect(() => 1);
    await vi.advanceTimersByTimeAsync(500);
    server.refuses = false;
    await vi.advanceTimersByTimeAsync(1000);
    server.newest.listener.onMessage("answer");
    server.newest.close();
    expect(statuses.at(-1)).toMatchObject({ phase: "waiting", until_ms: Date.now() + 500 });
  });

  test("gives up a socket that is open but silent although it was asked", async () => {
    await connect();
    const first = server.newest;
    await vi.advanceTimersByTimeAsync(SILENCE_MS);
    connection.send({ action: "workout" });
    await vi.advanceTimersByTimeAsync(SILENCE_MS);
    expect(first.closed).toBe(true);
    expect(statuses.find((status) => status.phase === "waiting")).toMatchObject({
      reason: "The server stopped answering.",
    });
  });

  test("counts the silence from the first question that was not answered", async () => {
    await connect();
    const first = server.newest;
    connection.send({ action: "workout" });
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1000);
    connection.send({ action: "workout" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(first.closed).toBe(true);
  });

  test("keeps a socket that nobody asks anything, as in a tab whose clock was slowed down", async () => {
    await connect();
    for (let minute = 0; minute < 10; minute += 1) {
      connection.send({ action: "workout" });
      await vi.advanceTimersByTimeAsync(100);
      server.newest.listener.onMessage("answer");
      connection.send({ action: "heartrate" }, false);
      await vi.advanceTimersByTimeAsync(59_900);
    }
    expect(server.sockets).toHaveLength(1);
    expect(server.newest.closed).toBe(false);
  });

  test("gives up a silent socket of a server that should speak unasked", async () => {
    await connect(undefined, true);
    const first = server.newest;
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1000);
    first.listener.onMessage("news");
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1000);
    expect(first.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(first.closed).toBe(true);
  });

  test("hears nothing from a socket that it has left", async () => {
    await connect();
    const first = server.newest;
    first.close();
    await vi.advanceTimersByTimeAsync(FIRST_WAIT_MS);
    first.listener.onMessage("late");
    first.listener.onClose();
    expect(received).toEqual([]);
    expect(statuses.at(-1)).toEqual({ phase: "open" });
  });

  test("renews itself before the two hours end, without a wait", async () => {
    await connect();
    const first = server.newest;
    const talking = answering();
    await vi.advanceTimersByTimeAsync(RENEW_WITHIN_MS - RENEW_SPREAD_MS - 1);
    expect(server.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(RENEW_SPREAD_MS + 1);
    clearInterval(talking);
    expect(server.sockets).toHaveLength(2);
    expect(first.closed).toBe(true);
    expect(phases()).toEqual(["connecting", "open", "open"]);
    expect(RENEW_WITHIN_MS).toBeLessThan(2 * 60 * 60_000);
  });

  test("sends and hears over the old socket until the new one is open", async () => {
    await connect(() => 0);
    const first = server.newest;
    const talking = answering();
    server.slow_ms = 4000;
    await vi.advanceTimersByTimeAsync(RENEW_WITHIN_MS + 3000);
    expect(server.tries).toBe(2);
    expect(connection.send({ action: "workout" })).toBe(true);
    expect(first.sent).toHaveLength(1);
    const heard = received.length;
    first.listener.onMessage("over the old one");
    expect(received).toHaveLength(heard + 1);
    await vi.advanceTimersByTimeAsync(1000);
    clearInterval(talking);
    expect(first.closed).toBe(true);
    expect(server.newest).not.toBe(first);
    connection.send({ action: "workout" });
    expect(server.newest.sent).toHaveLength(1);
  });

  test("keeps the old socket where a new one is refused, and asks again later", async () => {
    await connect(() => 0);
    const first = server.newest;
    const talking = answering();
    server.refuses = true;
    await vi.advanceTimersByTimeAsync(RENEW_WITHIN_MS + 2 * LONGEST_WAIT_MS);
    expect(server.tries).toBe(4);
    expect(first.closed).toBe(false);
    server.refuses = false;
    await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS);
    clearInterval(talking);
    expect(first.closed).toBe(true);
    expect(phases()).toEqual(["connecting", "open", "open"]);
  });

  test("leaves a renewal alone where the old socket closed before it opened", async () => {
    await connect(() => 0);
    const first = server.newest;
    const talking = answering();
    server.slow_ms = 4000;
    await vi.advanceTimersByTimeAsync(RENEW_WITHIN_MS + 1000);
    first.close();
    await vi.advanceTimersByTimeAsync(5000);
    clearInterval(talking);
    expect(server.tries).toBe(3);
    expect(server.sockets.filter((socket) => !socket.closed)).toEqual([server.newest]);
    expect(statuses.at(-1)).toEqual({ phase: "open" });
  });

  test("tries at once when the network is back, and only if it was waiting", async () => {
    server.refuses = true;
    await connect();
    server.refuses = false;
    connection.hurry();
    await settled();
    expect(phases()).toEqual(["connecting", "waiting", "connecting", "open"]);
    connection.hurry();
    await settled();
    expect(server.sockets).toHaveLength(1);
  });

  test("stays away once newer ones took its place, until it is asked to come back", async () => {
    await connect();
    const first = server.newest;
    connection.makeWay();
    expect(first.closed).toBe(true);
    connection.hurry();
    await vi.advanceTimersByTimeAsync(3 * 60 * 60_000);
    expect(phases()).toEqual(["connecting", "open", "replaced"]);
    expect(connection.send({ action: "workout" })).toBe(false);
    connection.connect();
    await settled();
    expect(phases().slice(3)).toEqual(["connecting", "open"]);
  });

  test("goes over to its renewal where that is the newer one that takes its place", async () => {
    await connect(() => 0);
    const talking = answering();
    server.slow_ms = 4000;
    await vi.advanceTimersByTimeAsync(RENEW_WITHIN_MS + 1000);
    connection.makeWay();
    server.sockets[0]?.listener.onClose();
    await vi.advanceTimersByTimeAsync(5000);
    clearInterval(talking);
    expect(server.tries).toBe(2);
    expect(server.newest.closed).toBe(false);
    expect(phases()).toEqual(["connecting", "open", "connecting", "open"]);
  });

  test("waits as after any close where its renewal fails after it made way for it", async () => {
    await connect(() => 0);
    const talking = answering();
    server.slow_ms = 4000;
    server.refuses = true;
    await vi.advanceTimersByTimeAsync(RENEW_WITHIN_MS + 1000);
    connection.makeWay();
    await vi.advanceTimersByTimeAsync(3001);
    clearInterval(talking);
    expect(phases()).toEqual(["connecting", "open", "connecting", "waiting", "connecting"]);
    expect(server.tries).toBe(3);
  });

  test("stays away where newer ones take its place after a renewal was refused", async () => {
    await connect(() => 0);
    const talking = answering();
    server.refuses = true;
    await vi.advanceTimersByTimeAsync(RENEW_WITHIN_MS + 1000);
    connection.makeWay();
    await vi.advanceTimersByTimeAsync(10 * LONGEST_WAIT_MS);
    clearInterval(talking);
    expect(phases()).toEqual(["connecting", "open", "replaced"]);
    expect(server.tries).toBe(2);
  });

  test("stays away once stopped, whatever was under way", async () => {
    await connect();
    connection.connect();
    connection.stop();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(server.sockets.every((socket) => socket.closed)).toBe(true);
    expect(server.tries).toBe(2);
  });
});
