import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import {
  type Bluetooth,
  HEART_RATE_MEASUREMENT,
  HEART_RATE_SERVICE,
  chooseStrap,
} from "../src/heart/bluetooth";
import { Best } from "../src/heart/best";
import { type MadeUp, madeUpHeartRate, makeUp } from "../src/heart/madeUp";
import { OFF, Source, type SourceStatus, wayInUse } from "../src/heart/source";
import { Sources } from "../src/views/heart/Sources";
import { dropRefusal } from "../src/views/heart/useSource";
import { packet } from "./helpers";

/** A strap that is worn, and `navigator.bluetooth` for it. */
class FakeStrap extends EventTarget implements Bluetooth {
  name: string | undefined = "Polar H10";
  refusal: Error | null = null;
  outOfReach = false;
  connects_after_ms = 0;
  connects = 0;
  disconnected = false;
  asked: readonly number[] = [];
  readonly characteristic = Object.assign(new EventTarget(), {
    value: packet(),
    startNotifications: () => Promise.resolve(),
  });
  readonly gatt = {
    connect: async () => {
      this.connects += 1;
      if (this.outOfReach) return Promise.reject(new Error("Out of reach."));
      if (this.connects_after_ms > 0) {
        await new Promise((done) => setTimeout(done, this.connects_after_ms));
      }
      this.disconnected = false;
      return Promise.resolve({
        getPrimaryService: (service: number) => {
          this.asked = [...this.asked, service];
          return Promise.resolve({
            getCharacteristic: (characteristic: number) => {
              this.asked = [...this.asked, characteristic];
              return Promise.resolve(this.characteristic);
            },
          });
        },
      });
    },
    disconnect: () => {
      this.disconnected = true;
    },
  };
  requestDevice = (options: { filters: { services: number[] }[] }) => {
    this.asked = [...this.asked, ...options.filters.flatMap((filter) => filter.services)];
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve(this);
  };
  sends(...bytes: readonly number[]): void {
    this.characteristic.value = packet(...bytes);
    this.characteristic.dispatchEvent(new Event("characteristicvaluechanged"));
  }
  goes(): void {
    this.dispatchEvent(new Event("gattserverdisconnected"));
  }
}

let strap: FakeStrap;
let statuses: SourceStatus[];
let heart_rates: number[];
let source: Source;

async function choose(bluetooth: Bluetooth | undefined = strap): Promise<void> {
  source.use((listener) => chooseStrap(bluetooth, listener, () => 0.5));
  await vi.advanceTimersByTimeAsync(0);
}

function said(): string {
  return statuses.at(-1)?.sentence ?? "";
}

beforeEach(() => {
  vi.useFakeTimers();
  strap = new FakeStrap();
  statuses = [];
  heart_rates = [];
  source = new Source({
    onStatus: (status) => statuses.push(status),
    onHeartRate: (heart_rate) => heart_rates.push(heart_rate),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a strap", () => {
  test("is chosen, connected and heard", async () => {
    await choose();
    expect(strap.asked).toEqual([HEART_RATE_SERVICE, HEART_RATE_SERVICE, HEART_RATE_MEASUREMENT]);
    expect(statuses.map(({ phase }) => phase)).toEqual(["beginning", "beginning", "on"]);
    expect(said()).toBe("Connected to Polar H10.");
    strap.sends(0x16, 0x79, 0x00, 0x02);
    strap.sends(0x01, 0x7a, 0x00);
    expect(heart_rates).toEqual([121, 122]);
  });

  test("that is lost is connected again by itself, as often as it takes, and heard once", async () => {
    await choose();
    strap.outOfReach = true;
    strap.goes();
    expect(said()).toMatch("The connection to Polar H10 was lost.");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(strap.connects).toBeGreaterThan(4);
    strap.sends(0x00, 0x78);
    expect(said()).toMatch("was lost");
    strap.outOfReach = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(said()).toBe("Connected to Polar H10.");
    strap.sends(0x00, 0x79);
    expect(heart_rates).toEqual([121]);
  });

  test("that sends nonsense is told of, until it sends sense", async () => {
    await choose();
    strap.sends(0x01, 0x79);
    expect(said()).toMatch("cut short");
    strap.sends(0x00, 0x00);
    expect(said()).toMatch("0 beats a minute");
    strap.sends(0x04, 0x79);
    expect(said()).toMatch("does not touch the skin");
    expect(heart_rates).toEqual([]);
    strap.sends(0x06, 0x79);
    expect(said()).toBe("Connected to Polar H10.");
  });

  test("whose contact flickers is not told of each second; without any good packet it is", async () => {
    await choose();
    for (let second = 0; second < 60; second += 1) {
      strap.sends(second % 3 === 1 ? 0x14 : 0x16, 0x60 + (second % 4), 0x5c, 0x02);
      expect(said()).toBe("Connected to Polar H10.");
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(heart_rates).toHaveLength(40);
    for (let second = 0; second < 4; second += 1) {
      strap.sends(0x06, 0x00);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(said()).toMatch("The strap says 0 beats a minute");
    expect(heart_rates).toHaveLength(40);
  });

  test("that says the same for three minutes is asked about, and believed again when it moves", async () => {
    await choose();
    for (let second = 0; second <= 180; second += 9) {
      strap.sends(0x00, 0x60);
      expect(said().startsWith("Connected")).toBe(second < 180);
      await vi.advanceTimersByTimeAsync(9_000);
    }
    expect(said()).toMatch("The strap has said 96 beats a minute for three minutes");
    strap.sends(0x00, 0x61);
    expect(said()).toBe("Connected to Polar H10.");
  });

  test("that is stopped is let go, not heard and not connected again", async () => {
    await choose();
    source.stop();
    expect(strap.disconnected).toBe(true);
    strap.goes();
    strap.sends(0x00, 0x79);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(strap.connects).toBe(1);
    expect(heart_rates).toEqual([]);
    expect(statuses.at(-1)).toEqual(OFF);
  });

  test("that is stopped while it waits to be connected again stays stopped", async () => {
    await choose();
    strap.goes();
    source.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(strap.connects).toBe(1);
    expect(statuses.at(-1)).toEqual(OFF);
  });

  test("that is stopped while it is being connected is let go as soon as it is", async () => {
    strap.connects_after_ms = 3_000;
    await choose();
    source.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(strap.disconnected).toBe(true);
    expect(strap.asked).toEqual([HEART_RATE_SERVICE]);
    expect(statuses.at(-1)).toEqual(OFF);
  });

  test("that was given up for another is not missed when it goes", async () => {
    await choose();
    source.stop();
    const first = strap;
    const other = new FakeStrap();
    first.requestDevice = () => Promise.resolve(other);
    await choose();
    first.goes();
    expect(statuses.at(-1)?.phase).toBe("on");
    other.goes();
    expect(statuses.at(-1)?.phase).toBe("warning");
  });

  test("without a name is called the strap", async () => {
    strap.name = undefined;
    await choose();
    expect(said()).toBe("Connected to the strap.");
  });
});

describe("where no strap can be had, a sentence says why:", () => {
  test("no Web Bluetooth", async () => {
    source.use((listener) => chooseStrap(undefined, listener));
    await vi.advanceTimersByTimeAsync(0);
    expect(said()).toMatch("This browser cannot reach a strap: it has no Web Bluetooth.");
  });

  test.each([
    ["NotFoundError", "User cancelled the requestDevice() chooser.", "No strap was chosen."],
    ["NotFoundError", "Bluetooth adapter not available.", "Bluetooth is switched off or missing"],
    ["SecurityError", "requestDevice() is disallowed.", "The browser does not let this page"],
    ["TypeError", "Something else.", "The strap could not be chosen: Something else."],
  ])("%s, %s", async (name, message, sentence) => {
    strap.refusal = Object.assign(new Error(message), { name });
    await choose();
    expect(said()).toMatch(sentence);
  });
});

describe("the made-up heart", () => {
  test("beats once a second until stopped", () => {
    source.use((listener) => makeUp(listener));
    vi.advanceTimersByTime(10_000);
    expect(heart_rates).toHaveLength(11);
    source.stop();
    vi.advanceTimersByTime(10_000);
    expect(heart_rates).toHaveLength(11);
  });

  test("warms up from rest, and never jumps", () => {
    const beats = Array.from({ length: 1800 }, (_, seconds) => madeUpHeartRate(seconds));
    expect(beats[0]).toBe(72);
    expect(beats[120]).toBeGreaterThan(120);
    expect(Math.max(...beats)).toBeLessThan(150);
    const steps = beats.slice(1).map((beat, index) => Math.abs(beat - (beats[index] ?? 0)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(3);
  });

  test("goes within seconds where it is dragged, and stays there", () => {
    let heart: MadeUp | undefined;
    source.use((listener) => (heart = makeUp(listener)));
    heart?.drag(150);
    vi.advanceTimersByTime(10_000);
    expect(heart_rates.at(-1)).toBe(150);
    const steps = heart_rates.slice(1).map((beat, index) => beat - (heart_rates[index] ?? 0));
    expect(Math.max(...steps)).toBe(8);
    vi.advanceTimersByTime(60_000);
    expect(heart_rates.at(-1)).toBe(150);
    heart?.drag(500);
    vi.advanceTimersByTime(10_000);
    expect(heart_rates.at(-1)).toBe(180);
  });

  test("ends a strap, and a strap ends it", async () => {
    await choose();
    source.use((listener) => makeUp(listener));
    expect(strap.disconnected).toBe(true);
    await choose();
    heart_rates = [];
    vi.advanceTimersByTime(5_000);
    expect(heart_rates).toEqual([]);
  });
});

test("a source that was left is not heard of any more, whatever it still says", () => {
  const listeners: Parameters<Parameters<Source["use"]>[0]>[0][] = [];
  const begin: Parameters<Source["use"]>[0] = (listener) => {
    listeners.push(listener);
    return { stop: () => undefined };
  };
  source.use(begin);
  source.use(begin);
  listeners[0]?.onHeartRate(100);
  listeners[0]?.onStatus({ phase: "failed", sentence: "Too late." });
  listeners[1]?.onHeartRate(101);
  expect(heart_rates).toEqual([101]);
  expect(statuses).toEqual([]);
});

test("a strap that says 0, then 255, and repeats an old packet after each reconnect: none of it counts twice", async () => {
  await choose();
  const each = async (count: number, ...bytes: readonly number[]) => {
    for (let second = 0; second < count; second += 1) {
      strap.sends(...bytes);
      await vi.advanceTimersByTimeAsync(1000);
    }
  };
  const comesBack = async () => {
    strap.outOfReach = true;
    strap.goes();
    expect(said()).toMatch("was lost");
    await vi.advanceTimersByTimeAsync(12_000);
    strap.outOfReach = false;
    await vi.advanceTimersByTimeAsync(31_000);
  };
  await each(20, 0x06, 0x78);
  await each(8, 0x06, 0x00);
  expect(statuses.at(-1)?.phase).toBe("warning");
  expect(said()).toMatch("says 0 beats a minute, which is not used");
  await each(10, 0x06, 0x79);
  expect(said()).toBe("Connected to Polar H10.");
  await each(5, 0x00, 0xff);
  expect(said()).toMatch("says 255 beats a minute, which is not used");
  expect(heart_rates).toHaveLength(30);
  for (const packets of [1, 2, 3]) {
    await comesBack();
    strap.sends(0x00, 0x6e);
    await vi.advanceTimersByTimeAsync(2900);
    expect(heart_rates.slice(30)).toEqual(Array<number>(packets).fill(110));
  }
  await each(20, 0x06, 0x7d);
  expect(heart_rates.slice(33)).toEqual(Array<number>(20).fill(125));
  expect(said()).toBe("Connected to Polar H10.");
});

describe("the view", () => {
  const nothing = () => undefined;
  const handlers = {
    onStrap: nothing,
    onMakeUp: nothing,
    onFile: nothing,
    onSpeed: nothing,
    onChoose: nothing,
    onSkipPause: nothing,
    onService: nothing,
    onStop: nothing,
    beside: { best: new Best(), onHeartRate: nothing, onCadence: () => false },
  };
  const shown = (
    status: SourceStatus,
    off = false,
    comes = false,
    { refusal = "", deployed = false } = {},
  ) =>
    renderToStaticMarkup(
      createElement(Sources, {
        status,
        ways: [wayInUse(status)].filter((way) => way !== null),
        off,
        comes,
        starts: false,
        isOver: false,
        speed: 10,
        refusal,
        deployed,
        ...handlers,
      }),
    );
  const inUse = (way: "strap" | "made-up" | "file" | "service"): SourceStatus => ({
    phase: "on",
    way,
    sentence: "It is on.",
  });

  test("offers every way, to none but the athlete", () => {
    expect(shown(OFF)).toMatch(
      /"false">Use my heart-rate strap.*"false">Try it without.*"false">Play a rec.*"false">Use Pulsoid/,
    );
    expect(shown(OFF, true)).not.toMatch(/<button[^>]*"false"/);
  });

  test("offers to stop what runs, and only what goes with it meanwhile", () => {
    expect(shown(inUse("strap"))).toMatch(/"false">Stop using the strap.*"true">Try it.*"true">Play.*"false">Use Pulsoid/);
    expect(shown(inUse("made-up"))).toMatch(/"true">Use my.*"false">Stop the made-up heart/);
    expect(shown(inUse("file"))).toMatch(/"true">Use my.*"true">Try it.*"false">Stop the recording/);
    expect(shown(inUse("service"))).toMatch(/"false">Use my.*"true">Try it.*"false">Stop using Pulsoid/);
  });

  test("asks for an address only where the page may ask anyone", () => {
    expect(shown(OFF)).toContain("Address");
    expect(shown(OFF, false, false, { deployed: true })).not.toContain("Address");
  });

  test("says why a dropped recording is not played", () => {
    const refusal = dropRefusal(new File([], "ride.fit"), true, "strap");
    expect(refusal).toMatch(/^ride.fit was not played, because another source is in use\./);
    expect(shown(inUse("strap"), false, false, { refusal })).toContain(`role="alert">${refusal}`);
    expect(dropRefusal(new File([], "ride.fit"), false, null)).toContain("so ride.fit is not played.");
    expect([null, "file" as const].map((way) => dropRefusal(new File([], "a.fit"), true, way))).toEqual(["", ""]);
  });

  test("says how far a recording was played, and how fast", () => {
    const progress = { at_seconds: 754, of_seconds: 2710, speed: 10 };
    const status: SourceStatus = { phase: "on", way: "file", sentence: "Playing.", progress };
    expect(shown(status)).toMatch("12:34 of 45:10 at 10×");
  });

  test("warns of a heart rate that comes from elsewhere, not of its own", () => {
    const warning = "Another device sends a heart rate already";
    expect(shown(OFF, false, true)).toMatch(warning);
    expect(shown(inUse("made-up"), false, true)).not.toMatch(warning);
  });
});
