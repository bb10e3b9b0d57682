import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Best, FRESH_MS } from "../src/heart/best";
import { type Bluetooth, noBluetooth } from "../src/heart/bluetooth";
import { TELL_EVERY_MS, isToldAgain } from "../src/heart/cadence";
import { chooseMachine } from "../src/heart/machine";
import { CYCLING, FITNESS_MACHINE, MachineReader, RUNNING } from "../src/heart/machineData";
import type { Running } from "../src/heart/source";
import { UnreadablePacket } from "../src/heart/strap";
import { packet } from "./helpers";

const TREADMILL = 0x2acd;
const CROSS_TRAINER = 0x2ace;
const ROWER = 0x2ad1;
const BIKE = 0x2ad2;
const CRANK = 0x2a5b;
const STEPS = 0x2a53;

describe("a packet of", () => {
  test.each([
    ["a bike: speed, cadence, power, heart rate", BIKE, [0x44, 0x02, 0, 10, 180, 0, 200, 0, 131], 131, 90],
    ["a bike: all that there is", BIKE,
      [0xfe, 0x1f, 0, 0, 0, 0, 170, 0, 0, 0, 1, 2, 3, 0, 0, 9, 9, 8, 8, 1, 1, 2, 2, 3, 140, 5, 0, 0, 0, 0], 140, 85],
    ["a bike: nothing more than more to come", BIKE, [0x01, 0x00], null, null],
    ["a bike without hands on its grips", BIKE, [0x01, 0x02, 0], null, null],
    ["a treadmill", TREADMILL, [0x8c, 0x01, 0, 5, 1, 2, 3, 4, 5, 6, 7, 1, 1, 2, 2, 3, 150], 150, null],
    ["a rower", ROWER, [0x00, 0x02, 56, 9, 0, 120], 120, 28],
    ["a cross-trainer", CROSS_TRAINER, [0x08, 0x08, 0x00, 0, 0, 140, 0, 141, 0, 99], 99, 140],
    ["a footpod", STEPS, [0x00, 0, 3, 172], null, 172],
  ] as const)("%s", (_, characteristic, bytes, heart_rate, cadence) => {
    expect(new MachineReader().read(characteristic, packet(...bytes))).toEqual({ heart_rate, cadence });
  });

  test("a crank tells turns since the packet before, also where its counters begin anew", () => {
    const reader = new MachineReader();
    const turns = (...bytes: readonly number[]) => reader.read(CRANK, packet(...bytes)).cadence;
    expect(turns(0x02, 0xff, 0xff, 0x00, 0xfc)).toBeNull();
    expect(turns(0x02, 0x00, 0x00, 0x00, 0x00)).toBe(60);
    expect(turns(0x03, 1, 1, 1, 1, 2, 2, 0x02, 0x00, 0x00, 0x04)).toBe(120);
    expect(turns(0x03, 1, 1, 1, 1, 2, 2, 0x02, 0x00, 0x00, 0x04)).toBeNull();
    expect(turns(0x01, 1, 1, 1, 1, 2, 2)).toBeNull();
  });

  test("whatever comes is read, or named as cut short", () => {
    for (const characteristic of [TREADMILL, CROSS_TRAINER, ROWER, BIKE, CRANK, STEPS, 0x2a37]) {
      const reader = new MachineReader();
      for (let seed = 0; seed < 500; seed += 1) {
        const bytes = Array.from({ length: seed % 24 }, (_, index) => (seed * 7919 * (index + 1) ** 3) >>> 3 & 0xff);
        try {
          const { heart_rate, cadence } = reader.read(characteristic, packet(...bytes));
          for (const value of [heart_rate, cadence]) expect(value === null || Number.isFinite(value)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadablePacket);
        }
      }
    }
  });
});

/** A machine with the characteristics that are given, by service. */
class FakeMachine extends EventTarget implements Bluetooth {
  readonly name = "KICKR";
  far = false;
  connects = 0;
  asked: unknown = null;
  refusal: Error | null = null;
  disconnected = false;
  readonly told = new Map<number, EventTarget & { value: DataView; startNotifications: () => Promise<void> }>();

  constructor(private readonly services: Readonly<Record<number, readonly number[]>>) {
    super();
  }

  readonly gatt = {
    connect: () => {
      this.connects += 1;
      if (this.far) return Promise.reject(new Error("Out of reach."));
      this.told.clear();
      return Promise.resolve({
        getPrimaryService: (service: number) => {
          const known = this.services[service];
          if (!known) return Promise.reject(new Error("No such service."));
          return Promise.resolve({
            getCharacteristic: (characteristic: number) => {
              if (!known.includes(characteristic)) return Promise.reject(new Error("No such characteristic."));
              const told = Object.assign(new EventTarget(), {
                value: packet(),
                startNotifications: () => Promise.resolve(),
              });
              this.told.set(characteristic, told);
              return Promise.resolve(told);
            },
          });
        },
      });
    },
    disconnect: () => {
      this.disconnected = true;
    },
  };

  requestDevice = (options: unknown) => {
    this.asked = options;
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve(this);
  };

  sends(characteristic: number, ...bytes: readonly number[]): void {
    const told = this.told.get(characteristic);
    if (!told) return;
    told.value = packet(...bytes);
    told.dispatchEvent(new Event("characteristicvaluechanged"));
  }
}

describe("a machine", () => {
  let said: [string, boolean][];
  let heart_rates: number[];
  let cadences: number[];
  let running: Running;

  const choose = async (bluetooth: Bluetooth | undefined) => {
    running = chooseMachine(
      bluetooth,
      {
        onMachine: (sentence, on) => said.push([sentence, on]),
        onHeartRate: (heart_rate) => heart_rates.push(heart_rate),
        onCadence: (cadence) => cadences.push(cadence),
      },
      () => 0.5,
    );
    await vi.advanceTimersByTimeAsync(0);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    [said, heart_rates, cadences] = [[], [], []];
  });
  afterEach(() => {
    running.stop();
    vi.useRealTimers();
  });

  test("is chosen among bikes, treadmills and sensors, and heard", async () => {
    const bike = new FakeMachine({ [FITNESS_MACHINE]: [BIKE], [CYCLING]: [CRANK] });
    await choose(bike);
    const services = [FITNESS_MACHINE, CYCLING, RUNNING];
    const filters = services.map((service) => ({ services: [service] }));
    expect(bike.asked).toEqual({ filters, optionalServices: services });
    expect(said.at(-1)).toEqual(["Connected to KICKR.", true]);
    bike.sends(BIKE, 0x45, 0x02, 180, 0, 200, 0, 131);
    bike.sends(BIKE, 0x45, 0x02, 180);
    bike.sends(BIKE, 0x05, 0x00, 2, 0);
    expect([heart_rates, cadences]).toEqual([[131], [90]]);
  });

  test("that is lost is connected again, and nothing late of it counts", async () => {
    const bike = new FakeMachine({ [FITNESS_MACHINE]: [BIKE] });
    await choose(bike);
    const before = bike.told.get(BIKE);
    bike.far = true;
    bike.dispatchEvent(new Event("gattserverdisconnected"));
    expect(said.at(-1)?.[0]).toMatch("The connection to KICKR was lost.");
    await vi.advanceTimersByTimeAsync(10_000);
    bike.far = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bike.connects).toBeGreaterThan(2);
    expect(said.at(-1)).toEqual(["Connected to KICKR.", true]);
    if (before) before.value = packet(0x45, 0x02, 180, 0, 200, 0, 131);
    before?.dispatchEvent(new Event("characteristicvaluechanged"));
    expect(heart_rates).toEqual([]);
    running.stop();
    expect(bike.disconnected).toBe(true);
    bike.sends(BIKE, 0x45, 0x02, 180, 0, 200, 0, 131);
    expect(heart_rates).toEqual([]);
  });

  test("that is not chosen, or cannot be, is said", async () => {
    const none = new FakeMachine({});
    none.refusal = Object.assign(new Error("User cancelled."), { name: "NotFoundError" });
    await choose(none);
    expect(said.at(-1)?.[1]).toBe(false);
    await choose(undefined);
    expect(said.at(-1)?.[0]).toMatch("it has no Web Bluetooth");
  });
});

describe("of several heart rates", () => {
  test("the best one that is fresh counts", () => {
    const best = new Best();
    expect(best.hears("made-up", 0)).toBe(true);
    expect(best.hears("service", 100)).toBe(true);
    expect(best.hears("made-up", 200)).toBe(false);
    expect(best.hears("machine", 300)).toBe(true);
    expect(best.hears("strap", 400)).toBe(true);
    expect(best.hears("machine", 500)).toBe(false);
    expect(best.of(500)).toBe("strap");
    expect(best.hears("machine", 400 + FRESH_MS)).toBe(true);
    best.forget("machine");
    expect(best.of(400 + FRESH_MS)).toBeNull();
  });
});

test("a cadence is told when it moved by more than 3 %, and at most once in 30 s", () => {
  expect(isToldAgain(90, null, 0, 0)).toBe(true);
  expect(isToldAgain(92, 90, 10 * TELL_EVERY_MS, 0)).toBe(false);
  expect(isToldAgain(93, 90, TELL_EVERY_MS - 1, 0)).toBe(false);
  expect(isToldAgain(93, 90, TELL_EVERY_MS, 0)).toBe(true);
  expect(isToldAgain(87, 90, TELL_EVERY_MS, 0)).toBe(true);
});

test("on an iPhone or iPad the ways that work there are named, elsewhere the browsers", () => {
  const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1";
  const macintosh = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15";
  for (const [userAgent, maxTouchPoints] of [[iphone, 5], [macintosh, 5]] as const) {
    const sentence = noBluetooth({ userAgent, maxTouchPoints });
    for (const way of ["Bluefy", "Pulsoid", "HypeRate", "WebSocket", "HTTP"]) expect(sentence).toMatch(way);
  }
  expect(noBluetooth({ userAgent: macintosh, maxTouchPoints: 0 })).toMatch("Chrome and Edge have it");
});
