/** What training machines and cadence sensors say over Bluetooth: Fitness Machine, Cycling and Running Speed and Cadence. */
import { UnreadablePacket } from "./strap";

/** Assigned numbers of Bluetooth: services, then characteristics. */
export const FITNESS_MACHINE = 0x1826;
export const CYCLING = 0x1816;
export const RUNNING = 0x1814;
const TREADMILL = 0x2acd;
const CROSS_TRAINER = 0x2ace;
const ROWER = 0x2ad1;
const BIKE = 0x2ad2;
const CRANK = 0x2a5b;
const STEPS = 0x2a53;

/** What each service may tell by. */
export const CHARACTERISTICS: Readonly<Record<number, readonly number[]>> = {
  [FITNESS_MACHINE]: [TREADMILL, CROSS_TRAINER, ROWER, BIKE],
  [CYCLING]: [CRANK],
  [RUNNING]: [STEPS],
};

/** What one packet tells; what it does not is null. */
export interface MachineData {
  /** Beats a minute. */
  readonly heart_rate: number | null;
  /** Steps, strokes or turns a minute. */
  readonly cadence: number | null;
}

/** Turns of a crank so far, and when the last one was, in 1/1024 s; both begin anew at 65,536. */
interface Turns {
  readonly turns: number;
  readonly at: number;
}

/** Bytes of a field, or where in the packet it stands: `cadence` and `heart_rate` are read. */
interface Field {
  /** The bit of the flags; of bit 0 a machine says by 0 that the field is there. */
  readonly bit: number;
  readonly bytes: number;
  readonly cadence?: (data: DataView, at: number) => number;
}

interface Layout {
  readonly flags: number;
  readonly fields: readonly Field[];
  readonly heart: number;
}

const field = (bit: number, bytes: number): Field => ({ bit, bytes });
const halves = (data: DataView, at: number) => data.getUint16(at, true) / 2;
const halfBytes = (data: DataView, at: number) => data.getUint8(at) / 2;
const whole = (data: DataView, at: number) => data.getUint16(at, true);

/** Fitness Machine Service 1.0, sections 4.4 to 4.9: what comes before the heart rate, in its order. */
const LAYOUTS: Readonly<Record<number, Layout>> = {
  [TREADMILL]: {
    flags: 2,
    heart: 8,
    fields: [
      ...[field(0, 2), field(1, 2), field(2, 3), field(3, 4)],
      ...[field(4, 4), field(5, 1), field(6, 1), field(7, 5)],
    ],
  },
  [CROSS_TRAINER]: {
    flags: 3,
    heart: 11,
    fields: [
      ...[field(0, 2), field(1, 2), field(2, 3), { bit: 3, bytes: 4, cadence: whole }, field(4, 2)],
      ...[field(5, 4), field(6, 4), field(7, 2), field(8, 2), field(9, 2), field(10, 5)],
    ],
  },
  [ROWER]: {
    flags: 2,
    heart: 9,
    fields: [
      ...[{ bit: 0, bytes: 3, cadence: halfBytes }, field(1, 1), field(2, 3), field(3, 2)],
      ...[field(4, 2), field(5, 2), field(6, 2), field(7, 2), field(8, 5)],
    ],
  },
  [BIKE]: {
    flags: 2,
    heart: 9,
    fields: [
      ...[field(0, 2), field(1, 2), { bit: 2, bytes: 2, cadence: halves }, field(3, 2), field(4, 3)],
      ...[field(5, 2), field(6, 2), field(7, 2), field(8, 5)],
    ],
  },
};

/** Reads the packets of one machine or sensor, of which a crank's need the one before. */
export class MachineReader {
  private before: Turns | null = null;

  /** What a packet of `characteristic` tells; throws `UnreadablePacket` for one that is cut off. */
  read(characteristic: number, data: DataView): MachineData {
    try {
      if (characteristic === CRANK) return { heart_rate: null, cadence: this.crank(data) };
      if (characteristic === STEPS) return { heart_rate: null, cadence: data.getUint8(3) };
      const layout = LAYOUTS[characteristic];
      return layout ? machine(layout, data) : { heart_rate: null, cadence: null };
    } catch (error) {
      if (error instanceof RangeError) throw new UnreadablePacket("The machine sent a packet that is cut short.");
      throw error;
    }
  }

  /** Turns a minute since the packet before; null where that is not known, or nothing turned. */
  private crank(data: DataView): number | null {
    const flags = data.getUint8(0);
    if ((flags & 2) === 0) return null;
    const at = flags & 1 ? 7 : 1;
    const { before } = this;
    const told = { turns: data.getUint16(at, true), at: data.getUint16(at + 2, true) };
    this.before = told;
    const passed = before ? (told.at - before.at + 65_536) % 65_536 : 0;
    if (!before || passed === 0) return null;
    return (((told.turns - before.turns + 65_536) % 65_536) * 60 * 1024) / passed;
  }
}

function machine({ flags: width, fields, heart }: Layout, data: DataView): MachineData {
  const flags = data.getUint16(0, true) | (width === 3 ? data.getUint8(2) << 16 : 0);
  const has = (bit: number) => (flags & (1 << bit)) !== 0;
  let at = width;
  let cadence: number | null = null;
  for (const { bit, bytes, cadence: reads } of fields) {
    if (has(bit) === (bit === 0)) continue;
    if (reads) cadence = reads(data, at);
    at += bytes;
  }
  // Without hands on the grips or a belt, machines tell 0.
  const heart_rate = has(heart) ? data.getUint8(at) : 0;
  return { heart_rate: heart_rate === 0 ? null : heart_rate, cadence };
}
