import { describe, expect, test } from "vitest";

import { heartRateOf, measurement } from "../src/heart/strap";
import { packet, refusedPacket } from "./helpers";

describe("a packet of a strap", () => {
  test("holds a heart rate in one byte, and need not tell contact", () => {
    expect(measurement(packet(0x00, 0x48))).toEqual({ heart_rate: 72, contact: null });
  });

  test("holds a heart rate in two bytes, the lower one first", () => {
    expect(measurement(packet(0x01, 0x2c, 0x01)).heart_rate).toBe(300);
    expect(heartRateOf(packet(0x01, 0x91, 0x00))).toBe(145);
  });

  test.each([
    ["several beat intervals", [0x10, 0x78, 0x00, 0x02, 0x00, 0x04], 120],
    ["intervals that are announced and missing", [0x16, 0x52], 82],
    ["energy and an interval", [0x1e, 0x8c, 0x2c, 0x01, 0x00, 0x02], 140],
    ["energy and an interval after two bytes", [0x19, 0x8c, 0x00, 0x0a, 0x00, 0x00, 0x04], 140],
    ["half an energy", [0x08, 0x48, 0x01], 72],
    ["an interval and a half", [0x10, 0x48, 0x00, 0x02, 0x00], 72],
  ] as const)("holds a heart rate before %s", (_, bytes, heart_rate) => {
    expect(heartRateOf(packet(...bytes))).toBe(heart_rate);
  });

  test("tells contact only where the strap can", () => {
    const contacts = [0x00, 0x02, 0x04, 0x06].map((flags) => measurement(packet(flags, 72)).contact);
    expect(contacts).toEqual([null, null, false, true]);
  });

  test("lies where it lies in a larger buffer", () => {
    const bytes = new Uint8Array([0xff, 0xff, 0x00, 0x48, 0xff]);
    expect(measurement(new DataView(bytes.buffer, 2, 2)).heart_rate).toBe(72);
  });
});

describe("a strap that sends nonsense is refused with a sentence:", () => {
  test("nothing, or a heart rate that is cut short", () => {
    for (const [bytes, told] of [
      [[], "nothing in it"],
      [[0x00], "00"],
      [[0x01, 0x48], "01 48"],
    ] as const) {
      expect(refusedPacket(...bytes)).toBe(
        `The strap sent a packet that is cut short (${told}), which is not used.`,
      );
    }
  });

  test("a heart rate that no heart has", () => {
    expect(heartRateOf(packet(0x00, 30))).toBe(30);
    expect(heartRateOf(packet(0x00, 230))).toBe(230);
    for (const heart_rate of [0, 29, 231]) {
      expect(refusedPacket(0x00, heart_rate)).toMatch(
        `The strap says ${heart_rate} beats a minute, which is not used`,
      );
    }
  });

  test("a heart rate without contact, which may be frozen", () => {
    expect(refusedPacket(0x04, 72)).toMatch("The strap does not touch the skin");
  });
});
