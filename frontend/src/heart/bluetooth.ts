/** A heart-rate strap over Web Bluetooth. */
import { waitMs } from "../wire/connection";
import { Frozen, frozenSentence } from "./frozen";
import type { InUse, Running, SourceListener } from "./source";
import { UnreadablePacket, heartRateOf } from "./strap";

/** Assigned numbers of Bluetooth. */
export const HEART_RATE_SERVICE = 0x180d;
export const HEART_RATE_MEASUREMENT = 0x2a37;

/** So long after the last good packet a bad one is told of: straps that are dry flicker. */
export const FLICKER_MS = 3_000;

/** As much of Web Bluetooth as is used; TypeScript's own types do not have it. */
export interface Bluetooth {
  requestDevice(options: {
    filters: { services: number[] }[];
    optionalServices?: number[];
  }): Promise<Device>;
}

export interface Device extends EventTarget {
  readonly name?: string | undefined;
  readonly gatt?: Gatt | undefined;
}

interface Gatt {
  connect(): Promise<{ getPrimaryService(service: number): Promise<Service> }>;
  disconnect(): void;
}

interface Service {
  getCharacteristic(characteristic: number): Promise<Characteristic>;
}

export interface Characteristic extends EventTarget {
  readonly value?: DataView | undefined;
  startNotifications(): Promise<unknown>;
}

/** Lets the person choose a strap; only in answer to a press, or the browser refuses. */
export function chooseStrap(
  bluetooth: Bluetooth | undefined,
  listener: SourceListener,
  random: () => number = Math.random,
): Running {
  const strap = new Strap(listener, random);
  if (bluetooth) void strap.choose(bluetooth);
  else listener.onStatus({ phase: "failed", sentence: noBluetooth(navigator) });
  return strap;
}

/** One strap, which is connected again when it is lost, until stopped. */
class Strap implements Running {
  private device: Device | null = null;
  private stopped = false;
  /** Counts attempts to connect, so that nothing late of one is taken for the next. */
  private turn = 0;
  private failures = 0;
  /** Whether the strap is connected, so that its packets count. */
  private listening = false;
  /** When the last packet came that was used, on the wall. */
  private good_ms = -Infinity;
  private readonly frozen = new Frozen();
  private wait: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly listener: SourceListener,
    private readonly random: () => number,
  ) {}

  async choose(bluetooth: Bluetooth): Promise<void> {
    this.say("beginning", "Choose your strap in the browser's list.");
    try {
      const filters = [{ services: [HEART_RATE_SERVICE] }];
      const device = await bluetooth.requestDevice({ filters });
      if (this.stopped) return;
      this.device = device;
      device.addEventListener("gattserverdisconnected", this.lost);
      this.say("beginning", `Connecting to ${nameOf(device)}…`);
      await this.connect(device);
    } catch (error) {
      this.listener.onStatus({ phase: "failed", sentence: whyNot(error) });
    }
  }

  stop(): void {
    clearTimeout(this.wait);
    this.stopped = true;
    this.turn += 1;
    const device = this.device;
    this.device = null;
    device?.removeEventListener("gattserverdisconnected", this.lost);
    device?.gatt?.disconnect();
  }

  private say(phase: InUse["phase"], sentence: string): void {
    this.listener.onStatus({ phase, way: "strap", sentence });
  }

  private async connect(device: Device): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    try {
      const server = await device.gatt?.connect();
      if (this.stopped) {
        device.gatt?.disconnect(); // the browser went on connecting
        return;
      }
      const service = await server?.getPrimaryService(HEART_RATE_SERVICE);
      const characteristic = await service?.getCharacteristic(HEART_RATE_MEASUREMENT);
      if (turn !== this.turn) return;
      if (!characteristic) throw new Error("The strap has no GATT server.");
      characteristic.addEventListener("characteristicvaluechanged", this.heard);
      await characteristic.startNotifications();
      if (turn !== this.turn) return;
      this.failures = 0;
      this.listening = true;
      this.say("on", `Connected to ${nameOf(device)}.`);
    } catch {
      if (turn === this.turn) this.lost();
    }
  }

  /** The same function each time, so that a characteristic which lives on has it once. */
  private readonly heard = (event: Event): void => {
    const { value } = event.target as Characteristic;
    if (!this.device || !this.listening || !value) return;
    const now_ms = Date.now();
    try {
      const heart_rate = heartRateOf(value);
      this.good_ms = now_ms;
      if (this.frozen.hears(heart_rate, now_ms)) this.say("warning", frozenSentence("The strap", heart_rate));
      else this.say("on", `Connected to ${nameOf(this.device)}.`);
      this.listener.onHeartRate(heart_rate);
    } catch (error) {
      if (!(error instanceof UnreadablePacket)) throw error;
      if (now_ms - this.good_ms >= FLICKER_MS) this.say("warning", error.message);
    }
  };

  private readonly lost = (): void => {
    const { device } = this;
    if (!device) return;
    clearTimeout(this.wait);
    this.listening = false;
    this.turn += 1;
    const name = nameOf(device);
    this.say("warning", `The connection to ${name} was lost. It is connected again as soon as it is near.`);
    this.wait = setTimeout(() => {
      void this.connect(device);
    }, waitMs(this.failures, this.random));
    this.failures += 1;
  };
}

/** What is said where a page cannot reach a strap, with the ways that work there. */
export function noBluetooth({ userAgent, maxTouchPoints }: Pick<Navigator, "userAgent" | "maxTouchPoints">): string {
  const isApple = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  return `This browser cannot reach a strap: it has no Web Bluetooth. ${isApple ? ON_APPLE : ELSEWHERE}`;
}

const ELSEWHERE = "Chrome and Edge have it, on computers and on Android.";
/** An iPad says that it is a Macintosh, and has fingers. */
const ON_APPLE =
  "On an iPhone or iPad, open this page in Bluefy, a browser that has it; or choose Pulsoid or HypeRate under More ways, whose apps read straps and watches; or use an app for your watch or a shortcut that sends heart rates by WebSocket or HTTP, as docs/client.md says.";

export function nameOf({ name }: Device): string {
  return name === undefined || name === "" ? "the strap" : name;
}

export function whyNot(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (/adapter|turned off/i.test(message)) return "Bluetooth is switched off or missing on this device.";
  if (name === "NotFoundError") return "No strap was chosen. Put it on first: it is found while it is worn.";
  if (name === "SecurityError" || name === "NotAllowedError") {
    return "The browser does not let this page use Bluetooth. Allow it in the settings of the page.";
  }
  return `The strap could not be chosen: ${message}`;
}
