import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { type Relay, type ServiceName, addressOf, heartRateFrom } from "../src/heart/relay";
import type { Running, SourceStatus } from "../src/heart/source";
import { subscribe } from "../src/heart/subscription";

const PULSOID: Relay = {
  service: "Pulsoid",
  address: "wss://dev.pulsoid.net/api/v1/data/real_time",
  token: "a token & more",
  device: "",
};
const HYPERATE: Relay = {
  service: "HypeRate",
  address: "ws://127.0.0.1:9/socket/websocket",
  token: "key",
  device: "internal-testing",
};

function why(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}

describe("a heart rate from a service", () => {
  test.each<[ServiceName, object, number | null]>([
    ["Pulsoid", { measured_at: 1_609_459_200_000, data: { heart_rate: 75 } }, 75],
    ["HypeRate", { event: "hr_update", payload: { hr: 79 }, ref: null, topic: "hr:x" }, 79],
    ["HypeRate", { event: "phx_reply", payload: { status: "ok", response: {} } }, null],
    ["HypeRate", { event: "clip:create", payload: { hr: 1 } }, null],
    ["Pulsoid", { data: {} }, null],
    ["Pulsoid", [], null],
  ])("%s: %j", (service, message, heart_rate) => {
    expect(heartRateFrom(service, JSON.stringify(message))).toBe(heart_rate);
  });

  test.each<[ServiceName, string, string]>([
    ["Pulsoid", "{", 'Pulsoid sent "{", which is not JSON and is not used.'],
    ["Pulsoid", '{"data":{"heart_rate":"75"}}', 'Pulsoid sent "75" for a heart rate'],
    ["Pulsoid", '{"data":{"heart_rate":300}}', "Pulsoid says 300 beats a minute, which is not used"],
    ["HypeRate", '{"event":"hr_update","payload":{"hr":0}}', "HypeRate gets no heart rate from the device"],
    ["HypeRate", '{"event":"phx_reply","payload":{"status":"error"}}', "HypeRate knows no such device."],
  ])("that is none is told of: %s, %s", (service, text, sentence) => {
    expect(why(() => heartRateFrom(service, text))).toMatch(sentence);
  });
});

describe("the address", () => {
  test("carries the token as the service wants it", () => {
    expect(addressOf(PULSOID)).toBe(`${PULSOID.address}?access_token=a+token+%26+more`);
    expect(addressOf(HYPERATE)).toBe(`${HYPERATE.address}?token=key`);
  });

  test.each(["", "dev.pulsoid.net", "https://dev.pulsoid.net", "javascript:1"])(
    "is no other than that of a WebSocket: %j",
    (address) => {
      expect(why(() => addressOf({ ...PULSOID, address }))).toMatch("should begin with wss://");
    },
  );

  test("is encrypted, except on this device", () => {
    expect(why(() => addressOf({ ...PULSOID, address: "ws://example.org/" }))).toMatch("Use wss://.");
  });
});

/** A service that a page connects to. */
class FakeSocket {
  static all: FakeSocket[] = [];
  static refuses = false;
  readonly sent: unknown[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: () => void = () => undefined;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
    const { refuses } = FakeSocket;
    queueMicrotask(() => {
      if (refuses) this.onclose();
      else this.onopen();
    });
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.onclose();
  }
  says(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

describe("a subscription", () => {
  let statuses: SourceStatus[];
  let heart_rates: number[];
  let running: Running | null;
  const said = () => statuses.at(-1)?.sentence ?? "";
  const newest = () => {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error("Nobody connected.");
    return socket;
  };
  const subscribed = async (relay: Relay) => {
    const onStatus = (status: SourceStatus) => statuses.push(status);
    const onHeartRate = (heart_rate: number) => heart_rates.push(heart_rate);
    running = subscribe(relay, { onStatus, onHeartRate }, () => 0.5);
    await vi.advanceTimersByTimeAsync(10);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.all = [];
    FakeSocket.refuses = false;
    statuses = [];
    heart_rates = [];
  });
  afterEach(() => {
    running?.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test("brings what the service tells, and says when it waits for it", async () => {
    await subscribed(PULSOID);
    expect(said()).toBe("Connected to Pulsoid. Waiting for a heart rate.");
    newest().says({ measured_at: Date.now() - 900, data: { heart_rate: 75 } });
    expect(heart_rates).toEqual([75]);
    expect(said()).toBe("Connected to Pulsoid.");
    expect(newest().sent).toEqual([]);
  });

  test("of HypeRate joins its device, and keeps the connection by a heartbeat", async () => {
    await subscribed(HYPERATE);
    const join = { topic: "hr:internal-testing", event: "phx_join", payload: {}, ref: 0 };
    expect(newest().sent).toEqual([join]);
    await vi.advanceTimersByTimeAsync(20_000);
    const heartbeat = { topic: "phoenix", event: "heartbeat", payload: {}, ref: 0 };
    expect(newest().sent).toEqual([join, heartbeat, heartbeat]);
    newest().says({ event: "hr_update", payload: { hr: 0 } });
    expect(statuses.at(-1)?.phase).toBe("warning");
    newest().says({ event: "hr_update", payload: { hr: 79 } });
    expect(heart_rates).toEqual([79]);
  });

  test("that is lost is made again by itself, and joins again", async () => {
    await subscribed(HYPERATE);
    newest().says({ event: "hr_update", payload: { hr: 79 } });
    FakeSocket.refuses = true;
    newest().close();
    expect(said()).toBe("The connection to HypeRate was lost. Trying again.");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all.length).toBeGreaterThan(3);
    FakeSocket.refuses = false;
    await vi.advanceTimersByTimeAsync(30_000);
    newest().says({ event: "hr_update", payload: { hr: 80 } });
    expect(heart_rates).toEqual([79, 80]);
    expect(newest().sent[0]).toMatchObject({ event: "phx_join" });
  });

  test("that never was says what to look at", async () => {
    FakeSocket.refuses = true;
    await subscribed(PULSOID);
    expect(said()).toMatch("Pulsoid cannot be reached, or refuses what you entered.");
  });

  test("outlives a device that is off for half a minute", async () => {
    await subscribed(PULSOID);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("ends when it is stopped", async () => {
    await subscribed(HYPERATE);
    running?.stop();
    const { length } = newest().sent;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(newest().sent).toHaveLength(length);
  });
});
