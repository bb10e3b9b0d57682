/** Where this device's heart rate comes from: a strap over Web Bluetooth, or a made-up heart. */
import { waitMs } from "./connection";
import { UnreadablePacket, heartRateOf } from "./strap";

/** Assigned numbers of Bluetooth. */
export const HEART_RATE_SERVICE = 0x180d;
export const HEART_RATE_MEASUREMENT = 0x2a37;

/** As much of Web Bluetooth as is used; TypeScript's own types do not have it. */
export interface Bluetooth {
  requestDevice(options: { filters: { services: number[] }[] }): Promise<Device>;
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

export type SourceStatus =
  | { readonly phase: "off" | "choosing" | "made-up" }
  | { readonly phase: "connecting" | "lost"; readonly name: string }
  /** `trouble` is a sentence about what the strap says, where that is not used. */
  | { readonly phase: "on"; readonly name: string; readonly trouble: string }
  | { readonly phase: "failed"; readonly sentence: string };

export interface SourceListener {
  onStatus(status: SourceStatus): void;
  /** Beats a minute, now. */
  onHeartRate(heart_rate: number): void;
}

/** Begins at rest and works up to an even pace; slow waves as on a road that is not quite flat. */
export function madeUpHeartRate(seconds: number): number {
  const [rest, work, tau_seconds] = [72, 138, 57.6]; // tau: Hunt 2015
  const level = work - (work - rest) * Math.exp(-seconds / tau_seconds);
  return Math.round(level + 4 * Math.sin(seconds / 41) + 1.5 * Math.sin(seconds / 7));
}

/** One source at a time; a strap that is lost is connected again until stopped. */
export class Source {
  private device: Device | null = null;
  /** Counts what was begun, so that nothing late of it is taken for what came after. */
  private turn = 0;
  private failures = 0;
  /** Whether the strap is connected, so that its packets count. */
  private listening = false;
  private wait: ReturnType<typeof setTimeout> | undefined;
  private beating: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly bluetooth: Bluetooth | undefined,
    private readonly listener: SourceListener,
    private readonly random: () => number = Math.random,
  ) {}

  /** Lets the person choose a strap; only in answer to a press, or the browser refuses. */
  async chooseStrap(): Promise<void> {
    const turn = this.leave();
    if (!this.bluetooth) {
      this.listener.onStatus({ phase: "failed", sentence: NO_BLUETOOTH });
      return;
    }
    this.listener.onStatus({ phase: "choosing" });
    try {
      const filters = [{ services: [HEART_RATE_SERVICE] }];
      const device = await this.bluetooth.requestDevice({ filters });
      if (turn !== this.turn) return;
      this.device = device;
      this.failures = 0;
      device.addEventListener("gattserverdisconnected", this.lost);
      this.listener.onStatus({ phase: "connecting", name: nameOf(device) });
      await this.connect(device);
    } catch (error) {
      if (turn === this.turn) this.listener.onStatus({ phase: "failed", sentence: whyNot(error) });
    }
  }

  /** A heart for who has no strap. */
  makeUp(): void {
    this.leave();
    const begun_ms = Date.now();
    const beat = () => {
      this.listener.onHeartRate(madeUpHeartRate((Date.now() - begun_ms) / 1000));
    };
    this.listener.onStatus({ phase: "made-up" });
    beat();
    this.beating = setInterval(beat, 1000);
  }

  stop(): void {
    this.leave();
    this.listener.onStatus({ phase: "off" });
  }

  private leave(): number {
    clearInterval(this.beating);
    clearTimeout(this.wait);
    this.turn += 1;
    this.listening = false;
    const device = this.device;
    this.device = null;
    device?.removeEventListener("gattserverdisconnected", this.lost);
    device?.gatt?.disconnect();
    return this.turn;
  }

  private async connect(device: Device): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    try {
      const server = await device.gatt?.connect();
      const service = await server?.getPrimaryService(HEART_RATE_SERVICE);
      const characteristic = await service?.getCharacteristic(HEART_RATE_MEASUREMENT);
      if (turn !== this.turn) return;
      if (!characteristic) throw new Error("The strap has no GATT server.");
      characteristic.addEventListener("characteristicvaluechanged", this.heard);
      await characteristic.startNotifications();
      if (turn !== this.turn) return;
      this.failures = 0;
      this.listening = true;
      this.listener.onStatus({ phase: "on", name: nameOf(device), trouble: "" });
    } catch {
      if (turn === this.turn) this.lost();
    }
  }

  /** The same function each time, so that a characteristic which lives on has it once. */
  private readonly heard = (event: Event): void => {
    const { value } = event.target as Characteristic;
    if (!this.device || !this.listening || !value) return;
    const name = nameOf(this.device);
    try {
      const heart_rate = heartRateOf(value);
      this.listener.onStatus({ phase: "on", name, trouble: "" });
      this.listener.onHeartRate(heart_rate);
    } catch (error) {
      if (!(error instanceof UnreadablePacket)) throw error;
      this.listener.onStatus({ phase: "on", name, trouble: error.message });
    }
  };

  private readonly lost = (): void => {
    const { device } = this;
    if (!device) return;
    clearTimeout(this.wait);
    this.listening = false;
    this.turn += 1;
    this.listener.onStatus({ phase: "lost", name: nameOf(device) });
    this.wait = setTimeout(() => {
      void this.connect(device);
    }, waitMs(this.failures, this.random));
    this.failures += 1;
  };
}

const NO_BLUETOOTH =
  "This browser cannot reach a strap: it has no Web Bluetooth. Chrome and Edge have it, on computers and on Android.";

function nameOf({ name }: Device): string {
  return name === undefined || name === "" ? "the strap" : name;
}

function whyNot(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (/adapter|turned off/i.test(message)) return "Bluetooth is switched off or missing on this device.";
  if (name === "NotFoundError") return "No strap was chosen. Put it on first: it is found while it is worn.";
  if (name === "SecurityError" || name === "NotAllowedError") {
    return "The browser does not let this page use Bluetooth. Allow it in the settings of the page.";
  }
  return `The strap could not be chosen: ${message}`;
}

/** What the source does, in words; empty where there is nothing to say. */
export function sourceSentence(status: SourceStatus): string {
  switch (status.phase) {
    case "off":
      return "";
    case "choosing":
      return "Choose your strap in the browser's list.";
    case "connecting":
      return `Connecting to ${status.name}…`;
    case "lost":
      return `The connection to ${status.name} was lost. It is connected again as soon as it is near.`;
    case "on":
      return status.trouble || `Connected to ${status.name}.`;
    case "made-up":
      return "A made-up heart beats, as in a workout that warms up.";
    case "failed":
      return status.sentence;
  }
}
