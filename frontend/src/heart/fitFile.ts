/**
 * FIT, the binary format of sport watches: times and heart rates, of all that it holds.
 *
 * Source: "Flexible and Interoperable Data Transfer (FIT) Protocol", Garmin. A header is followed by
 * records, each of a definition, which says how the data of a local type lie, or of data. A file may
 * be several, one behind the other.
 */
import { BeatClock, EVENT_TIME, EVENT_TIME_12, FILTERED, FRACTION, HR_MESSAGE, merged } from "./fitBeats";
import { DESCRIPTION, Described, type Layout, RECORD, layoutOf } from "./fitLayout";
import { MOST_POINTS, type Point, type Points } from "./points";

/** Bytes 8 to 11 of the header. */
const MARK = [0x2e, 0x46, 0x49, 0x54];
const MARK_AT = 8;
const SHORTEST_HEADER_BYTES = 12;
const LENGTH_AT = 4;
/** Bits of a record's first byte. */
const COMPRESSED = 0x80;
const DEFINITION = 0x40;
const WITH_DEVELOPER_FIELDS = 0x20;
const RESERVED = 0x30;
const LOCAL_TYPE = 0x0f;
/** Of a compressed record: two bits of local type, five of the time's lowest bits. */
const TIME_BITS = 0x1f;

const NO_TIME = 0xffffffff;
const NO_HEART_RATE = 0xff;
/** Of a field in a definition: its number, its size, its base type. */
const FIELD_BYTES = 3;
const TIME_BYTES = 4;
const EPOCH_MS = Date.UTC(1989, 11, 31);

/** Records that are read before others may do something: some 20 ms. */
const SLICE = 50_000;

/** The heart rates of the file; null where it is no FIT file. */
export async function pointsOfFit(bytes: ArrayBuffer): Promise<Points | null> {
  const all = new Uint8Array(bytes);
  if (headerFrom(all, 0) !== 0) return null;
  const points: Point[] = [];
  let before: number | null = null;
  let cut = false;
  for (let at = 0; at >= 0 && points.length <= MOST_POINTS; ) {
    const part = await read(bytes, at);
    for (const point of part.points) points.push(point);
    at = headerFrom(all, Math.max(at + SHORTEST_HEADER_BYTES, part.end));
    if (part.cut && at >= 0) before ??= points.length;
    cut ||= part.cut;
  }
  return before === null ? { points, cut } : { points, cut, before };
}

/** Where a header begins, at `from` or later; below 0 where none does. */
function headerFrom(all: Uint8Array, from: number): number {
  for (let mark = all.indexOf(MARK[0] ?? 0, from + MARK_AT); mark >= 0; mark = all.indexOf(MARK[0] ?? 0, mark + 1)) {
    if (MARK.every((byte, place) => all[mark + place] === byte)) return mark - MARK_AT;
  }
  return -1;
}

interface Part extends Points {
  /** Where it was read to. */
  readonly end: number;
}

/** The file whose header begins at `at`. */
async function read(bytes: ArrayBuffer, at: number): Promise<Part> {
  const header = new DataView(bytes, at);
  const begin = header.getUint8(0);
  const there = header.byteLength - begin;
  if (begin < SHORTEST_HEADER_BYTES || there < 0) return { points: [], cut: true, end: at };
  const said = header.getUint32(LENGTH_AT, true);
  // A file that breaks off says that it is longer than it is, or that it is empty.
  const isWhole = said !== 0 && said <= there;
  const records = new Records(new DataView(bytes, at + begin, isWhole ? said : there));
  const isSound = await records.read();
  return { points: records.found(), cut: !isWhole || !isSound, end: at + begin + records.at };
}

/** Reads one record after the other. */
class Records {
  at = 0;
  private readonly points: Point[] = [];
  private readonly layouts: (Layout | undefined)[] = [];
  private readonly described = new Described();
  private readonly clock = new BeatClock();
  /** Of whatever told the time last, in seconds. */
  private newest: number | null = null;
  /** Of the first record, in seconds. */
  private begun: number | null = null;

  constructor(private readonly view: DataView) {}

  /** Reads up to the end, or to what makes no sense or is not whole; whether all made sense. */
  async read(): Promise<boolean> {
    for (let count = 1; this.at < this.view.byteLength && this.points.length <= MOST_POINTS; count += 1) {
      if (!this.readOne()) return false;
      if (count % SLICE === 0) await breath();
    }
    return true;
  }

  /** What the records hold, and where they hold nothing, what a strap kept. */
  found(): readonly Point[] {
    const beats = this.clock.beats.map(([seconds, heart_rate]): Point => [timeOf(seconds), heart_rate]);
    return merged(this.points, beats, this.begun === null ? -Infinity : timeOf(this.begun));
  }

  private readOne(): boolean {
    const first = this.view.getUint8(this.at);
    if (first & COMPRESSED) return this.readData(this.layouts[(first >> 5) & 3], first & TIME_BITS);
    if (first & DEFINITION) return this.readDefinition(first);
    return (first & RESERVED) === 0 && this.readData(this.layouts[first & LOCAL_TYPE], null);
  }

  private readDefinition(first: number): boolean {
    const { view, at } = this;
    const fieldsAt = at + 6;
    if (fieldsAt > view.byteLength) return false;
    const developerAt = fieldsAt + view.getUint8(at + 5) * FIELD_BYTES;
    const hasDeveloperFields = (first & WITH_DEVELOPER_FIELDS) !== 0;
    if (developerAt + (hasDeveloperFields ? 1 : 0) > view.byteLength) return false;
    const developerFields = hasDeveloperFields ? view.getUint8(developerAt) : 0;
    const end = developerAt + (hasDeveloperFields ? 1 : 0) + developerFields * FIELD_BYTES;
    if (end > view.byteLength) return false;
    this.layouts[first & LOCAL_TYPE] = layoutOf(view, at, developerAt, end, this.described);
    this.at = end;
    return true;
  }

  /** `time_bits`: the lowest of the time, where the record is compressed and its time left out. */
  private readData(layout: Layout | undefined, time_bits: number | null): boolean {
    if (!layout) return false;
    const isTimeLeftOut = time_bits !== null && layout.timeAt === 0;
    const begin = this.at + 1 - (isTimeLeftOut ? TIME_BYTES : 0);
    const end = begin + layout.size;
    if (end > this.view.byteLength) return false;
    const seconds = this.timeOf(layout, begin, time_bits);
    if (layout.message === RECORD) this.readRecord(layout, begin, seconds);
    else if (layout.message === HR_MESSAGE) this.readBeats(layout, begin, seconds);
    else if (layout.message === DESCRIPTION) this.described.add(this.view, layout, begin);
    this.at = end;
    return true;
  }

  private readRecord(layout: Layout, begin: number, seconds: number | null): void {
    this.begun ??= seconds;
    const { heartRateAt, developerAt } = layout;
    const own = heartRateAt === null ? NO_HEART_RATE : this.view.getUint8(begin + heartRateAt);
    const other = developerAt === null ? NO_HEART_RATE : this.view.getUint8(begin + developerAt);
    const heart_rate = own === NO_HEART_RATE ? other : own;
    if (heart_rate === NO_HEART_RATE) return;
    this.points.push([seconds === null ? NaN : timeOf(seconds), heart_rate]);
  }

  private readBeats(layout: Layout, begin: number, at_seconds: number | null): void {
    const { view } = this;
    const bytes = (number: number) => {
      const field = layout.fields.find((each) => each.number === number);
      return new Uint8Array(view.buffer, view.byteOffset + begin + (field?.at ?? 0), field?.size ?? 0);
    };
    const numbers = (number: number, size: 2 | 4) => {
      const each = bytes(number);
      const there = new DataView(each.buffer, each.byteOffset, each.byteLength);
      const read = (at: number) =>
        size === 2 ? there.getUint16(at, layout.littleEndian) : there.getUint32(at, layout.littleEndian);
      return Array.from({ length: Math.floor(each.length / size) }, (_, index) => read(index * size));
    };
    const [fraction = 0] = numbers(FRACTION, 2);
    this.clock.add({
      at_seconds: layout.timeAt === null ? null : at_seconds,
      fraction,
      ticks: numbers(EVENT_TIME, 4),
      packed: bytes(EVENT_TIME_12),
      heart_rates: bytes(FILTERED),
    });
  }

  private timeOf({ timeAt, littleEndian }: Layout, begin: number, time_bits: number | null): number | null {
    if (time_bits !== null) {
      if (this.newest !== null) this.newest += (time_bits - (this.newest & TIME_BITS)) & TIME_BITS;
      return this.newest;
    }
    if (timeAt === null) return null;
    const seconds = this.view.getUint32(begin + timeAt, littleEndian);
    this.newest = seconds === NO_TIME ? null : seconds;
    return this.newest;
  }
}

function timeOf(seconds: number): number {
  return EPOCH_MS + seconds * 1000;
}

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
