/** A bike, treadmill or rower, or a sensor of cadence, over Web Bluetooth, beside another source. */
import { waitMs } from "../wire/connection";
import { CADENCE } from "../wire/limits";
import { type Bluetooth, type Characteristic, type Device, nameOf, noBluetooth, whyNot } from "./bluetooth";
import { CHARACTERISTICS, CYCLING, FITNESS_MACHINE, MachineReader, RUNNING } from "./machineData";
import type { Running } from "./source";
import { UnreadablePacket, isHeartRate } from "./strap";

const SERVICES = [FITNESS_MACHINE, CYCLING, RUNNING];

export interface MachineListener {
  /** What it does, as a sentence; `on` while it is in use. */
  onMachine(sentence: string, on: boolean): void;
  /** Beats a minute. */
  onHeartRate(heart_rate: number): void;
  /** Steps, strokes or turns a minute. */
  onCadence(cadence: number): void;
}

/** Lets the person choose a machine; only in answer to a press, or the browser refuses. */
export function chooseMachine(
  bluetooth: Bluetooth | undefined,
  listener: MachineListener,
  random: () => number = Math.random,
): Running {
  const machine = new Machine(listener, random);
  if (bluetooth) void machine.choose(bluetooth);
  else listener.onMachine(noBluetooth(navigator), false);
  return machine;
}

/** One machine, which is connected again when it is lost, until stopped. */
class Machine implements Running {
  private device: Device | null = null;
  private stopped = false;
  /** Counts attempts to connect, so that nothing late of one is taken for the next. */
  private turn = 0;
  private failures = 0;
  private wait: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly listener: MachineListener,
    private readonly random: () => number,
  ) {}

  async choose(bluetooth: Bluetooth): Promise<void> {
    this.say("Choose the machine or sensor in the browser's list.");
    try {
      const filters = SERVICES.map((service) => ({ services: [service] }));
      const device = await bluetooth.requestDevice({ filters, optionalServices: SERVICES });
      if (this.stopped) return;
      this.device = device;
      device.addEventListener("gattserverdisconnected", this.lost);
      this.say(`Connecting to ${nameOf(device)}…`);
      await this.connect(device);
    } catch (error) {
      if (!this.stopped) this.listener.onMachine(whyNot(error), false);
    }
  }

  stop(): void {
    clearTimeout(this.wait);
    this.stopped = true;
    this.turn += 1;
    this.device?.removeEventListener("gattserverdisconnected", this.lost);
    this.device?.gatt?.disconnect();
    this.device = null;
  }

  private say(sentence: string): void {
    if (!this.stopped) this.listener.onMachine(sentence, true);
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
      let heard = 0;
      for (const service of SERVICES) {
        const found = await server?.getPrimaryService(service).catch(() => null);
        for (const characteristic of CHARACTERISTICS[service] ?? []) {
          const told = await found?.getCharacteristic(characteristic).catch(() => null);
          if (turn !== this.turn) return;
          if (told) heard += await this.hear(characteristic, told, turn);
        }
      }
      if (turn !== this.turn) return;
      if (heard === 0) throw new Error("It tells nothing that is known here.");
      this.failures = 0;
      this.say(`Connected to ${nameOf(device)}.`);
    } catch {
      if (turn === this.turn) this.lost();
    }
  }

  /** Follows one characteristic of this connection; 1, as one more is heard. */
  private async hear(characteristic: number, told: Characteristic, turn: number): Promise<number> {
    const reader = new MachineReader();
    told.addEventListener("characteristicvaluechanged", () => {
      if (turn === this.turn && told.value) this.take(reader, characteristic, told.value);
    });
    await told.startNotifications();
    return 1;
  }

  private take(reader: MachineReader, characteristic: number, value: DataView): void {
    try {
      const { heart_rate, cadence } = reader.read(characteristic, value);
      if (heart_rate !== null && isHeartRate(heart_rate)) this.listener.onHeartRate(heart_rate);
      if (cadence !== null && cadence >= CADENCE.low && cadence <= CADENCE.high) this.listener.onCadence(cadence);
    } catch (error) {
      if (!(error instanceof UnreadablePacket)) throw error;
    }
  }

  private readonly lost = (): void => {
    const { device } = this;
    if (!device) return;
    clearTimeout(this.wait);
    this.turn += 1;
    this.say(`The connection to ${nameOf(device)} was lost. It is connected again as soon as it is near.`);
    this.wait = setTimeout(() => {
      void this.connect(device);
    }, waitMs(this.failures, this.random));
    this.failures += 1;
  };
}
