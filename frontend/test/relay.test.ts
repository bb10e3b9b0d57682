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
    ["Pulsoid", 123 as unknown as object, 123],
    ["Pulsoid", { measured_at: "1609459200000", data: { heart_rate: 75.0 } }, 75],
  ])("%s: %j", (service, message, heart_rate) => {
    expect(heartRateFrom(service, JSON.stringify(message))).toBe(heart_rate);
  });

  test.each<[ServiceName, string, string]>([
    ["Pulsoid", "{", 'Pulsoid sent "{", which is not JSON and is not used.'],
    ["Pulsoid", '{"data":{"heart_rate":"75"}}', 'Pulsoid sent "75" for a heart rate'],
    ["Pulsoid", '{"data":{"heart_rate":300}}', "Pulsoid says 300 beats a minute, which is not used"],
    ["HypeRate", '{"event":"hr_update","payload":{"hr":0}}', "HypeRate gets no heart rate from the device"],
    ["HypeRate", '{"event":"phx_reply","payload":{"status":"error"}}', "HypeRate knows no such device."],
    ["HypeRate", '{"event":"hr_update","payload":{"hr":null}}', "HypeRate gets no heart rate from the device"],
    ["Pulsoid", '{"data":{"heart_rate":null}}', "Pulsoid gets no heart rate from the device"],
    ["Pulsoid", '{"error_code":7005,"error_message":"token_not_found"}', 'Pulsoid answers: "token_not_found" (7005).'],
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

  test("takes nothing of another's topic, and joins a channel again that was closed", async () => {
    await subscribed(HYPERATE);
    const topic = "hr:internal-testing";
    newest().says({ event: "hr_update", payload: { hr: 200 }, topic: "hr:somebody-else" });
    newest().says({ event: "phx_close", payload: {}, topic: "hr:somebody-else" });
    newest().says({ event: "hr_update", payload: { hr: 90 }, topic });
    expect(heart_rates).toEqual([90]);
    newest().says({ event: "phx_close", payload: {}, topic });
    newest().says({ event: "phx_error", payload: {}, topic });
    expect(said()).toBe("HypeRate closed the channel of the device. Joining it again.");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(newest().sent.filter((each) => JSON.stringify(each).includes("phx_join"))).toHaveLength(2);
    newest().says({ event: "phx_reply", payload: { status: "error", response: { reason: "unmatched topic" } }, topic });
    expect(said()).toBe('HypeRate knows no such device. Stop, and check its ID. It answers: "unmatched topic".');
  });

  test("goes on through half a minute of silence, a device that is off, and what is about something else", async () => {
    await subscribed(HYPERATE);
    const topic = "hr:internal-testing";
    const beats = (hr: number | null) => {
      newest().says({ event: "hr_update", payload: { hr }, ref: null, topic });
    };
    beats(79);
    for (const after_ms of [9_000, 10_000]) {
      await vi.advanceTimersByTimeAsync(after_ms);
      newest().says({ event: "phx_reply", payload: { response: {}, status: "ok" }, ref: 0, topic: "phoenix" });
    }
    expect(said()).toMatch(/^Connected to HypeRate, but no new heart rate has come/);
    beats(79);
    expect(said()).toBe("Connected to HypeRate.");
    beats(null);
    expect(said()).toBe("HypeRate gets no heart rate from the device at the moment.");
    newest().says({ event: "clip:created", payload: { twitch_slug: "x" }, topic });
    await vi.advanceTimersByTimeAsync(17_000);
    beats(90);
    expect(heart_rates).toEqual([79, 79, 90]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("of plain numbers takes nothing old, empty or wrong for one, and names what the service refuses", async () => {
    await subscribed(PULSOID);
    for (const data of ["123", "124"]) newest().onmessage({ data });
    for (const measured_at of [Date.now() - 3_600_000, String(Date.now() - 90_000_000)]) {
      newest().says({ measured_at, data: { heart_rate: 75 } });
      expect(said()).toMatch("which is not used as one of now");
    }
    newest().says({ measured_at: Date.now(), data: { heart_rate: null } });
    expect(said()).toBe("Pulsoid gets no heart rate from the device at the moment.");
    newest().says({ error_code: 7005, error_message: "token_not_found" });
    expect(said()).toMatch("Check the token, and whether its subscription runs.");
    newest().onmessage({ data: "" });
    expect(heart_rates).toEqual([123, 124]);
    FakeSocket.refuses = true;
    newest().close();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(said()).toMatch(/was lost|check what you entered, and whether its subscription runs/);
  });

  test("that closes as soon as it is open names the token and the subscription", async () => {
    await subscribed(PULSOID);
    newest().close();
    expect(said()).toMatch("check what you entered, and whether its subscription runs");
  });

  test("that brings nothing readable says what it waits for, and goes on when it comes", async () => {
    await subscribed(PULSOID);
    newest().says({ pulse: 75 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(said()).toMatch("but no heart rate has come for 15 seconds. What it sends is not understood:");
    expect(statuses.at(-1)?.phase).toBe("warning");
    newest().onmessage({ data: "123" });
    expect(said()).toBe("Connected to Pulsoid.");
    expect(heart_rates).toEqual([123]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(said()).toMatch("no new heart rate has come for 15 seconds. Waiting for the device");
  });

  test("takes no heart rate of long ago for one of now, but that of a clock which goes wrong", async () => {
    await subscribed(PULSOID);
    const tell = (ago_ms: number, heart_rate: number) => {
      newest().says({ measured_at: Date.now() - ago_ms, data: { heart_rate } });
    };
    tell(300_000, 90);
    expect(heart_rates).toEqual([]);
    expect(said()).toMatch("was measured 5 min ago");
    await vi.advanceTimersByTimeAsync(1_000);
    tell(301_000, 91); // the same once more
    expect(heart_rates).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    tell(301_000, 92);
    expect(heart_rates).toEqual([92]);
  });

  test("whose heart rate does not move for three minutes asks about it", async () => {
    await subscribed(PULSOID);
    for (let second = 0; second <= 180; second += 1) {
      newest().onmessage({ data: "96" });
      if (second < 180) expect(said()).toBe("Connected to Pulsoid.");
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(said()).toMatch("Pulsoid has said 96 beats a minute for three minutes");
  });

  test("of a device that is off is not told as refused", async () => {
    await subscribed(PULSOID);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(statuses.some((each) => each.sentence.startsWith("The connection to Pulsoid was lost."))).toBe(true);
    expect(statuses.some((each) => each.sentence.includes("refuses"))).toBe(false);
  });
});
