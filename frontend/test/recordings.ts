/** Recorded workouts as watches, portals and people leave them, made for tests. */
import { gzipSync, deflateRawSync } from "node:zlib";

import { definition, fit, fitOf } from "./fitFiles";

export type Bytes = Uint8Array<ArrayBuffer>;

const BEGUN_MS = Date.UTC(2025, 2, 2, 9);
const DECLARED = 'xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"';

/** The heart rate of a second: 120 to 129. */
export function heartRateAt(second: number): number {
  return 120 + (second % 10);
}

export function timeAt(second: number): string {
  return `${new Date(BEGUN_MS + second * 1000).toISOString().slice(0, 19)}Z`;
}

/** Text of moments of the seconds 0 to 59, or others. */
function moments(moment: (second: number) => string, seconds = 60): string {
  return Array.from({ length: seconds }, (_, second) => moment(second)).join("\n");
}

export function gpx(heartRate: (said: number) => string, { root = DECLARED, time = timeAt } = {}): string {
  const point = (second: number) =>
    `<trkpt lat="47.0" lon="8.0"><time>${time(second)}</time>${heartRate(heartRateAt(second))}</trkpt>`;
  return `<?xml version="1.0"?>\n<gpx ${root}><trk><trkseg>\n${moments(point)}\n</trkseg></trk></gpx>\n`;
}

/** A GPX file whose own elements have a prefix, and those of the extension none. */
export function swapped(): string {
  const point = (second: number) =>
    `<ns2:trkpt lat="47.0"><ns2:time>${timeAt(second)}</ns2:time><ns2:extensions><TrackPointExtension>` +
    `<hr>${heartRateAt(second)}</hr></TrackPointExtension></ns2:extensions></ns2:trkpt>`;
  return `<?xml version="1.0"?><ns2:gpx xmlns:ns2="a"><ns2:trk><ns2:trkseg>${moments(point)}</ns2:trkseg></ns2:trk></ns2:gpx>`;
}

export function tcx(heartRate: (second: number) => string, { time = timeAt, lap = "", seconds = 60 } = {}): string {
  const point = (second: number) =>
    `<Trackpoint><Time>${time(second)}</Time>${heartRate(second)}</Trackpoint>`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase><Activities><Activity Sport="Running">` +
    `<Lap StartTime="${timeAt(0)}">${lap}<Track>\n${moments(point, seconds)}\n</Track></Lap></Activity></Activities></TrainingCenterDatabase>`
  );
}

export function valued(second: number): string {
  return `<HeartRateBpm><Value>${heartRateAt(second)}</Value></HeartRateBpm>`;
}

export interface Health {
  readonly workouts?: readonly (readonly [from: number, to: number])[];
  readonly seconds?: number;
}

/** An export of Apple Health, with the beginning that Apple writes. */
export function health({ workouts = [], seconds = 60 }: Health = {}): string {
  const at = (second: number) => timeAt(second).replace("T", " ").replace("Z", " +0000");
  const other = '<Record type="HKQuantityTypeIdentifierStepCount" value="20"/>';
  const record = (second: number) =>
    `<Record type="HKQuantityTypeIdentifierHeartRate" unit="count/min" startDate="${at(second)}" value="${heartRateAt(second)}"/>`;
  const workout = ([from, to]: readonly [number, number]) =>
    `<Workout workoutActivityType="HKWorkoutActivityTypeRunning" startDate="${at(from)}" endDate="${at(to)}"></Workout>`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!-- Any <Record> -->\n<!ELEMENT HealthData ANY>\n]>\n' +
    `<HealthData locale="de_CH">${other}${moments(record, seconds)}${workouts.map(workout).join("")}</HealthData>`
  );
}

/** A FIT file of the seconds from `from` on. */
export function ride(from = 0, seconds = 60): Bytes {
  return fit(...Array.from({ length: seconds }, (_, second) => [from + second, heartRateAt(from + second)] as const));
}

/** FIT whose records have no heart rate; a strap kept it, from a quarter of a second before the first. */
export function swim(heart_rates: readonly number[]): Bytes {
  const record = [[253, 4, 0x86], [3, 1, 2]] as const;
  const tie = [[253, 4, 0x86], [0, 2, 0x84], [6, 1, 2], [9, 4, 0x86]] as const;
  const beats = [[6, 8, 2], [10, 12, 13]] as const;
  const shape = { littleEndian: true, developerSizes: [] };
  const begun = 1_000_000;
  const bytes = [
    ...definition({ local: 0, message: 20, fields: record, ...shape }),
    ...[0, ...little(begun, 4), 255, 0, ...little(begun + 60, 4), 255],
    ...definition({ local: 1, message: 132, fields: tie, ...shape }),
    ...[1, ...little(begun - 1, 4), ...little(24_576, 2), 80, ...little(5_000, 4)],
    ...definition({ local: 2, message: 132, fields: beats, ...shape }),
  ];
  for (let at = 0; at < heart_rates.length; at += 8) {
    const eight = heart_rates.slice(at, at + 8);
    const ticks = eight.map((_, index) => (5_000 + 800 * (at + index + 1)) & 0xfff);
    bytes.push(2, ...eight, ...packed12(ticks));
  }
  return fitOf(bytes);
}

function packed12(values: readonly number[]): number[] {
  const out: number[] = [];
  for (let at = 0; at < values.length; at += 2) {
    const [first = 0, second = 0] = values.slice(at, at + 2);
    out.push(first & 0xff, (first >> 8) | ((second & 0xf) << 4), second >> 4);
  }
  return out;
}

/** FIT with a field of another maker beside the watch's own heart rate, whatever that says. */
export function shadowed(own: number, other: number, described: "by name" | "by number"): Bytes {
  const names = [[0, 1, 2], [1, 1, 2], [2, 1, 2], [3, 10, 7]] as const;
  const numbers = [[0, 1, 2], [1, 1, 2], [2, 1, 2], [14, 2, 0x84], [15, 1, 2]] as const;
  const fields = described === "by name" ? names : numbers;
  const words = described === "by name" ? [...text("heart_rate")] : [20, 0, 3];
  const shape = { littleEndian: true };
  const own_fields = [[253, 4, 0x86], [3, 1, 2]] as const;
  return fitOf([
    ...definition({ local: 0, message: 206, fields, developerSizes: [], ...shape }),
    ...[0, 0, 0, 2, ...words],
    ...definition({ local: 1, message: 20, fields: own_fields, developerSizes: [1], ...shape }),
    ...[1, 0, 0, 0, 60, own, other],
  ]);
}

function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff);
}

export function text(letters: string): Bytes {
  return new Uint8Array(new TextEncoder().encode(letters));
}

/** Little-endian with its mark, as Windows saves it. */
export function utf16(letters: string): Bytes {
  return Uint8Array.from([0xff, 0xfe, ...Array.from(letters, (letter) => little(letter.charCodeAt(0), 2)).flat()]);
}

export function gzip(bytes: Uint8Array): Bytes {
  return new Uint8Array(gzipSync(bytes));
}

/** A zip file, each other file in it packed. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Bytes {
  const local: number[] = [];
  const directory: number[] = [];
  Object.entries(files).forEach(([name, bytes], index) => {
    const isPacked = index % 2 === 0;
    const data = isPacked ? deflateRawSync(bytes) : bytes;
    const sizes = [...little(0, 4), ...little(data.length, 4), ...little(bytes.length, 4)];
    const common = [20, 0, 0, 0, isPacked ? 8 : 0, 0, 0, 0, 0, 0, ...sizes, ...little(name.length, 2), 0, 0];
    directory.push(0x50, 0x4b, 1, 2, 20, 0, ...common, ...little(0, 10), ...little(local.length, 4), ...text(name));
    local.push(0x50, 0x4b, 3, 4, ...common, ...text(name), ...data);
  });
  const count = little(Object.keys(files).length, 2);
  const end = [...count, ...count, ...little(directory.length, 4), ...little(local.length, 4), 0, 0];
  return Uint8Array.from([...local, ...directory, 0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...end]);
}

export function joined(...parts: readonly Uint8Array[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
