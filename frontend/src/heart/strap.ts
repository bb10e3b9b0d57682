/** What a heart-rate strap says over Bluetooth: Heart Rate Measurement, characteristic 0x2A37. */

export interface Measurement {
  /** Beats a minute. */
  readonly heart_rate: number;
  /** Whether the strap touches the skin; null where it does not tell. */
  readonly contact: boolean | null;
  /** Spent since the strap was reset; null where it does not tell. */
  readonly energy_kilojoules: number | null;
  /** Times between beats, oldest first: none, one or several in a packet. */
  readonly intervals_ms: readonly number[];
}

/** A packet that is no measurement; `message` says why, as a sentence. */
export class UnreadablePacket extends Error {}

/** What the server takes, beats a minute: `MIN_HEART_RATE` and `MAX_HEART_RATE` of `events/`. */
export const HEART_RATE = { low: 30, high: 230 } as const;

/** Bits of the first byte; the rest is reserved. */
const WIDE = 0x01;
const CONTACT = 0x02;
const CONTACT_TOLD = 0x04;
const ENERGY = 0x08;
const INTERVALS = 0x10;
const INTERVALS_A_SECOND = 1024;

/**
 * Reads one packet; throws `UnreadablePacket`.
 *
 * Source: Heart Rate Service 1.0, section 3.1. All numbers are little-endian. Bytes after the last
 * field that the flags announce are left alone.
 */
export function measurement(packet: DataView): Measurement {
  let at = 0;
  const take = (bytes: 1 | 2): number => {
    if (at + bytes > packet.byteLength) throw new UnreadablePacket(cutShort(packet));
    const value = bytes === 1 ? packet.getUint8(at) : packet.getUint16(at, true);
    at += bytes;
    return value;
  };
  const flags = take(1);
  const heart_rate = take(flags & WIDE ? 2 : 1);
  const energy_kilojoules = flags & ENERGY ? take(2) : null;
  const intervals_ms: number[] = [];
  while (flags & INTERVALS && at < packet.byteLength) {
    intervals_ms.push((take(2) / INTERVALS_A_SECOND) * 1000);
  }
  const contact = flags & CONTACT_TOLD ? (flags & CONTACT) !== 0 : null;
  return { heart_rate, contact, energy_kilojoules, intervals_ms };
}

/** The heart rate of a packet that may be believed; throws `UnreadablePacket`. */
export function heartRateOf(packet: DataView): number {
  const { heart_rate, contact } = measurement(packet);
  if (contact === false) {
    throw new UnreadablePacket(
      "The strap does not touch the skin, so its heart rate is not used. Moisten it and put it on tighter.",
    );
  }
  return believed(heart_rate, "The strap");
}

/** A heart rate that `who` says, if it can be one; throws `UnreadablePacket`. */
export function believed(heart_rate: number, who: string): number {
  if (isHeartRate(heart_rate)) return heart_rate;
  throw new UnreadablePacket(
    `${who} says ${heart_rate} beats a minute, which is not used: a heart rate lies between ${HEART_RATE.low} and ${HEART_RATE.high}.`,
  );
}

/** Whether the server takes it. */
export function isHeartRate(heart_rate: number): boolean {
  return heart_rate >= HEART_RATE.low && heart_rate <= HEART_RATE.high;
}

function cutShort(packet: DataView): string {
  const bytes = Array.from({ length: packet.byteLength }, (_, index) =>
    packet.getUint8(index).toString(16).padStart(2, "0"),
  );
  return `The strap sent a packet that is cut short (${bytes.join(" ") || "nothing in it"}), which is not used.`;
}
