/**
 * Heart rates that a strap kept under water, and a watch wrote down later: FIT's `hr` messages.
 *
 * Source: "Flexible and Interoperable Data Transfer (FIT) Protocol", Garmin, and the profile's message
 * 132. One message ties the strap's clock, of 1/1024 s, to a time; the others hold, beside eight heart
 * rates, the lowest twelve bits of that clock for each.
 */
import type { Point } from "./points";

export const HR_MESSAGE = 132;
/** Numbers of its fields. */
export const FRACTION = 0;
export const FILTERED = 6;
export const EVENT_TIME = 9;
export const EVENT_TIME_12 = 10;

const TICKS_A_SECOND = 1024;
const FRACTIONS_A_SECOND = 32_768;
const ROUND = 0x1000;
const NO_HEART_RATE = 0xff;
/** A record's own heart rate stands for beats so near. */
const NEAR_MS = 2_000;

/** What one message holds; `at_seconds` with `ticks` ties the clock. */
export interface Beats {
  readonly at_seconds: number | null;
  readonly fraction: number;
  readonly ticks: readonly number[];
  readonly packed: Uint8Array;
  readonly heart_rates: Uint8Array;
}

/** Unpacks one message after the other; times in seconds, as the messages have them. */
export class BeatClock {
  readonly beats: Point[] = [];
  private tie: { readonly at_seconds: number; readonly ticks: number } | null = null;
  private ticks = 0;

  add({ at_seconds, fraction, ticks, packed, heart_rates }: Beats): void {
    const [first] = ticks;
    if (at_seconds !== null && first !== undefined) {
      this.tie = { at_seconds: at_seconds + fraction / FRACTIONS_A_SECOND, ticks: first };
      this.ticks = first;
    }
    const times = ticks.length > 0 ? ticks : this.unpacked(packed);
    times.forEach((each, index) => {
      const heart_rate = heart_rates[index] ?? NO_HEART_RATE;
      if (this.tie === null || heart_rate === NO_HEART_RATE) return;
      const seconds = this.tie.at_seconds + (each - this.tie.ticks) / TICKS_A_SECOND;
      this.beats.push([seconds, heart_rate]);
    });
  }

  /** Each is the next later time with these lowest bits; the lower of two comes first. */
  private unpacked(packed: Uint8Array): number[] {
    const out: number[] = [];
    for (let bit = 0; bit + 12 <= packed.length * 8; bit += 12) {
      const at = bit >> 3;
      const both = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
      const lowest = bit % 8 === 0 ? both & 0xfff : both >> 4;
      this.ticks += (lowest - (this.ticks % ROUND) + ROUND) % ROUND;
      out.push(this.ticks);
    }
    return out;
  }
}

/** `points`, and those beats from `begun_ms` on in whose place no record has a heart rate. */
export function merged(points: readonly Point[], beats: readonly Point[], begun_ms: number): Point[] {
  if (beats.length === 0) return [...points];
  const told = new Set(points.map(([at_ms]) => Math.floor(at_ms / NEAR_MS)));
  const isTold = ([at_ms]: Point) => [-1, 0, 1].some((by) => told.has(Math.floor(at_ms / NEAR_MS) + by));
  const others = beats.filter((beat) => beat[0] >= begun_ms && !isTold(beat));
  return [...points, ...others].sort(([a], [b]) => a - b);
}
