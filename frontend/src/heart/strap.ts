/** What a heart-rate strap says over Bluetooth: Heart Rate Measurement, characteristic 0x2A37. */
import { HEART_RATE } from "../wire/limits";

export interface Measurement {
  /** Beats a minute. */
  readonly heart_rate: number;
  /** Whether the strap touches the skin; null where it does not tell. */
  readonly contact: boolean | null;
}

/** A packet that is no measurement; `message` says why, as a sentence. */
export class UnreadablePacket extends Error {}

/** Bits of the first byte; the rest is reserved. */
const WIDE = 0x01;
const CONTACT = 0x02;
const CONTACT_TOLD = 0x04;

/**
 * Reads one packet; throws `UnreadablePacket`.
 *
 * Source: Heart Rate Service 1.0, section 3.1. Numbers are little-endian. The energy spent and the
 * times between beats come after the heart rate and are left alone, whole or not.
 */
export function measurement(packet: DataView): Measurement {
  if (packet.byteLength < 2) throw new UnreadablePacket(cutShort(packet));
  const flags = packet.getUint8(0);
  const isWide = (flags & WIDE) !== 0;
  if (isWide && packet.byteLength < 3) throw new UnreadablePacket(cutShort(packet));
  const heart_rate = isWide ? packet.getUint16(1, true) : packet.getUint8(1);
  const contact = flags & CONTACT_TOLD ? (flags & CONTACT) !== 0 : null;
  return { heart_rate, contact };
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
