import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import {
  type Bluetooth,
  HEART_RATE_MEASUREMENT,
  HEART_RATE_SERVICE,
  Source,
  type SourceStatus,
  madeUpHeartRate,
  sourceSentence,
} from "../src/source";
import { StrapControls } from "../src/views/Strap";
import { packet } from "./helpers";

/** A strap that is worn, and `navigator.bluetooth` for it. */
class FakeStrap extends EventTarget implements Bluetooth {
  name: string | undefined = "Polar H10";
  refusal: Error | null = null;
  outOfReach = false;
  connects = 0;
  disconnected = false;
  asked: readonly number[] = [];
  readonly characteristic = Object.assign(new EventTarget(), {
    value: packet(),
    startNotifications: () => Promise.resolve(),
  });
  readonly gatt = {
    connect: () => {
      this.connects += 1;
      if (this.outOfReach) return Promise.reject(new Error("Out of reach."));
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

function sourceOf(bluetooth: Bluetooth | undefined): Source {
  const listener = {
    onStatus: (status: SourceStatus) => statuses.push(status),
    onHeartRate: (heart_rate: number) => heart_rates.push(heart_rate),
  };
  return new Source(bluetooth, listener, () => 0.5);
}

function said(): string {
  return sourceSentence(statuses.at(-1) ?? { phase: "off" });
}

beforeEach(() => {
  vi.useFakeTimers();
  strap = new FakeStrap();
  statuses = [];
  heart_rates = [];
  source = sourceOf(strap);
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a strap", () => {
  test("is chosen, connected and heard", async () => {
    await source.chooseStrap();
    expect(strap.asked).toEqual([HEART_RATE_SERVICE, HEART_RATE_SERVICE, HEART_RATE_MEASUREMENT]);
    expect(statuses.map(({ phase }) => phase)).toEqual(["choosing", "connecting", "on"]);
    expect(said()).toBe("Connected to Polar H10.");
    strap.sends(0x16, 0x79, 0x00, 0x02);
    strap.sends(0x01, 0x7a, 0x00);
    expect(heart_rates).toEqual([121, 122]);
  });

  test("that is lost is connected again by itself, as often as it takes, and heard once", async () => {
    await source.chooseStrap();
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
    await source.chooseStrap();
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

  test("that is stopped is let go, not heard and not connected again", async () => {
    await source.chooseStrap();
    source.stop();
    expect(strap.disconnected).toBe(true);
    strap.goes();
    strap.sends(0x00, 0x79);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(strap.connects).toBe(1);
    expect(heart_rates).toEqual([]);
    expect(statuses.at(-1)).toEqual({ phase: "off" });
  });

  test("that is stopped while it waits to be connected again stays stopped", async () => {
    await source.chooseStrap();
    strap.goes();
    source.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(strap.connects).toBe(1);
    expect(statuses.at(-1)).toEqual({ phase: "off" });
  });

  test("that was given up for another is not missed when it goes", async () => {
    await source.chooseStrap();
    source.stop();
    const first = strap;
    const other = new FakeStrap();
    first.requestDevice = () => Promise.resolve(other);
    await source.chooseStrap();
    first.goes();
    expect(statuses.at(-1)?.phase).toBe("on");
    other.goes();
    expect(statuses.at(-1)?.phase).toBe("lost");
  });

  test("without a name is called the strap", async () => {
    strap.name = undefined;
    await source.chooseStrap();
    expect(said()).toBe("Connected to the strap.");
  });
});

describe("where no strap can be had, a sentence says why:", () => {
  test("no Web Bluetooth", async () => {
    await sourceOf(undefined).chooseStrap();
    expect(said()).toMatch("This browser cannot reach a strap: it has no Web Bluetooth.");
  });

  test.each([
    ["NotFoundError", "User cancelled the requestDevice() chooser.", "No strap was chosen."],
    ["NotFoundError", "Bluetooth adapter not available.", "Bluetooth is switched off or missing"],
    ["SecurityError", "requestDevice() is disallowed.", "The browser does not let this page"],
    ["TypeError", "Something else.", "The strap could not be chosen: Something else."],
  ])("%s, %s", async (name, message, sentence) => {
    strap.refusal = Object.assign(new Error(message), { name });
    await source.chooseStrap();
    expect(said()).toMatch(sentence);
  });
});

describe("the made-up heart", () => {
  test("beats once a second until stopped", () => {
    source.makeUp();
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

  test("ends a strap, and a strap ends it", async () => {
    await source.chooseStrap();
    source.makeUp();
    expect(strap.disconnected).toBe(true);
    await source.chooseStrap();
    heart_rates = [];
    vi.advanceTimersByTime(5_000);
    expect(heart_rates).toEqual([]);
  });
});

describe("the view", () => {
  const nothing = () => undefined;
  const handlers = { onStrap: nothing, onMakeUp: nothing, onStop: nothing };
  const shown = (status: SourceStatus, off = false, comes = false) =>
    renderToStaticMarkup(createElement(StrapControls, { status, off, comes, ...handlers }));

  test("offers a strap and a made-up heart, to none but the athlete", () => {
    expect(shown({ phase: "off" })).toMatch(/"false">Use my heart-rate strap.*"false">Try it without/);
    expect(shown({ phase: "off" }, true)).toMatch(/"true">Use my heart-rate strap.*"true">Try it/);
  });

  test("offers to stop what runs, and nothing else meanwhile", () => {
    const on: SourceStatus = { phase: "on", name: "H10", trouble: "" };
    expect(shown(on)).toMatch(/"false">Stop using the strap.*"true">Try it without a strap/);
    expect(shown({ phase: "made-up" })).toMatch(/"true">Use my.*"false">Stop the made-up heart/);
  });

  test("warns of a heart rate that comes from elsewhere, not of its own", () => {
    const warning = "Another device sends a heart rate already";
    expect(shown({ phase: "off" }, false, true)).toMatch(warning);
    expect(shown({ phase: "made-up" }, false, true)).not.toMatch(warning);
  });
});
