/**
 * FIT, the binary format of sport watches: times and heart rates, of all that it holds.
 *
 * Source: "Flexible and Interoperable Data Transfer (FIT) Protocol", Garmin. A header is followed by
 * records, each of a definition, which says how the data of a local type lie, or of data.
 */
import { MOST_POINTS, type Points } from "./points";

/** Bytes 8 to 11 of the header. */
const MARK = ".FIT";
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

/** Numbers of messages and fields. */
const RECORD = 20;
const TIMESTAMP = 253;
const HEART_RATE = 3;
/** Base types, without the bit that says whether the order of bytes matters. */
const BASE_TYPE = 0x1f;
const UINT32 = 6;
/** enum, uint8, byte: writers take one for another. */
const BYTES = [0, 2, 13];
const NO_TIME = 0xffffffff;
const NO_HEART_RATE = 0xff;
/** Of a field in a definition: its number, its size, its base type. */
const FIELD_BYTES = 3;
const TIME_BYTES = 4;
const EPOCH_MS = Date.UTC(1989, 11, 31);

/** Records that are read before the page may do something else: some 20 ms. */
const SLICE = 50_000;

/** How the data of a local type lie; places count from the first of their bytes. */
interface Layout {
  readonly isRecord: boolean;
  readonly littleEndian: boolean;
  readonly size: number;
  readonly timeAt: number | null;
  readonly heartRateAt: number | null;
}

/** The heart rates of the file's records; null where it is no FIT file. */
export async function pointsOfFit(bytes: ArrayBuffer): Promise<Points | null> {
  if (bytes.byteLength < SHORTEST_HEADER_BYTES) return null;
  if (new TextDecoder().decode(bytes.slice(8, 12)) !== MARK) return null;
  const header = new DataView(bytes);
  const begin = header.getUint8(0);
  const there = bytes.byteLength - begin;
  if (begin < SHORTEST_HEADER_BYTES || there < 0) return { points: [], cut: true };
  const said = header.getUint32(LENGTH_AT, true);
  // A file that breaks off says that it is longer than it is, or that it is empty.
  const isWhole = said !== 0 && said <= there;
  const records = new Records(new DataView(bytes, begin, isWhole ? said : there));
  const isSound = await records.read();
  return { points: records.points, cut: !isWhole || !isSound };
}

/** Reads one record after the other. */
class Records {
  readonly points: (readonly [at_ms: number, heart_rate: number])[] = [];
  private readonly layouts: (Layout | undefined)[] = [];
  /** Of whatever told the time last, in seconds. */
  private newest: number | null = null;
  private at = 0;

  constructor(private readonly view: DataView) {}

  /** Reads up to the end, or to what makes no sense or is not whole; whether all made sense. */
  async read(): Promise<boolean> {
    for (let count = 1; this.at < this.view.byteLength && this.points.length <= MOST_POINTS; count += 1) {
      if (!this.readOne()) return false;
      if (count % SLICE === 0) await breath();
    }
    return true;
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
    this.layouts[first & LOCAL_TYPE] = layoutOf(view, at, developerAt, end);
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
    if (layout.isRecord && layout.heartRateAt !== null) {
      const heart_rate = this.view.getUint8(begin + layout.heartRateAt);
      const at_ms = seconds === null ? NaN : EPOCH_MS + seconds * 1000;
      if (heart_rate !== NO_HEART_RATE) this.points.push([at_ms, heart_rate]);
    }
    this.at = end;
    return true;
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

/** Of a definition that begins at `at`: its developer fields, whose sizes alone count, end it. */
function layoutOf(view: DataView, at: number, developerAt: number, end: number): Layout {
  const littleEndian = view.getUint8(at + 2) === 0;
  let size = 0;
  let timeAt: number | null = null;
  let heartRateAt: number | null = null;
  for (let field = at + 6; field < developerAt; field += FIELD_BYTES) {
    const [number, bytes] = [view.getUint8(field), view.getUint8(field + 1)];
    const type = view.getUint8(field + 2) & BASE_TYPE;
    if (number === TIMESTAMP && type === UINT32 && bytes === TIME_BYTES) timeAt = size;
    if (number === HEART_RATE && BYTES.includes(type) && bytes > 0) heartRateAt = size;
    size += bytes;
  }
  for (let field = developerAt + 1; field < end; field += FIELD_BYTES) size += view.getUint8(field + 1);
  const isRecord = view.getUint16(at + 3, littleEndian) === RECORD;
  return { isRecord, littleEndian, size, timeAt, heartRateAt };
}

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
