/** How the data of FIT's messages lie, and which fields of other makers hold a heart rate. */

/** Numbers of messages and fields. */
export const RECORD = 20;
export const DESCRIPTION = 206;
const TIMESTAMP = 253;
const HEART_RATE = 3;
/** Of what describes another maker's field. */
const MAKER = 0;
const NUMBER = 1;
const NAME = 3;
const OF_MESSAGE = 14;
const OF_FIELD = 15;
/** Base types, without the bit that says whether the order of bytes matters. */
const BASE_TYPE = 0x1f;
const UINT32 = 6;
/** enum, uint8, byte: writers take one for another. */
const BYTES = [0, 2, 13];
/** Of a field in a definition: its number, its size, its base type. */
const FIELD_BYTES = 3;
const TIME_BYTES = 4;

interface Field {
  readonly number: number;
  readonly at: number;
  readonly size: number;
}

/** How the data of a local type lie; places count from the first of their bytes. */
export interface Layout {
  readonly message: number;
  readonly littleEndian: boolean;
  readonly size: number;
  readonly timeAt: number | null;
  readonly heartRateAt: number | null;
  /** A heart rate of another maker, which counts where the watch has none of its own. */
  readonly developerAt: number | null;
  /** The format's own fields. */
  readonly fields: readonly Field[];
}

/** The fields of other makers that hold a heart rate, as far as the file has described them. */
export class Described {
  private readonly heartRates = new Set<string>();

  add(view: DataView, { fields, littleEndian }: Layout, begin: number): void {
    const field = (number: number) => fields.find((each) => each.number === number);
    const byte = (number: number) => {
      const found = field(number);
      return found ? view.getUint8(begin + found.at) : null;
    };
    const [name, message] = [field(NAME), field(OF_MESSAGE)];
    const isNamed = name !== undefined && /^heart[\s_]?rate$/i.test(text(view, begin + name.at, name.size));
    const replaces =
      message?.size === 2 &&
      view.getUint16(begin + message.at, littleEndian) === RECORD &&
      byte(OF_FIELD) === HEART_RATE;
    if (isNamed || replaces) this.heartRates.add(key(byte(MAKER) ?? 0, byte(NUMBER) ?? 0));
  }

  isHeartRate(maker: number, number: number): boolean {
    return this.heartRates.has(key(maker, number));
  }
}

function key(maker: number, number: number): string {
  return `${maker} ${number}`;
}

function text(view: DataView, at: number, size: number): string {
  const [words = ""] = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, size)).split("\0");
  return words.trim();
}

/** Of a definition that begins at `at`: its developer fields end it. */
export function layoutOf(
  view: DataView,
  at: number,
  developersAt: number,
  end: number,
  described: Described,
): Layout {
  const littleEndian = view.getUint8(at + 2) === 0;
  const fields: Field[] = [];
  let size = 0;
  let timeAt: number | null = null;
  let heartRateAt: number | null = null;
  for (let field = at + 6; field < developersAt; field += FIELD_BYTES) {
    const [number, bytes] = [view.getUint8(field), view.getUint8(field + 1)];
    const type = view.getUint8(field + 2) & BASE_TYPE;
    if (number === TIMESTAMP && type === UINT32 && bytes === TIME_BYTES) timeAt = size;
    if (number === HEART_RATE && BYTES.includes(type) && bytes > 0) heartRateAt = size;
    fields.push({ number, at: size, size: bytes });
    size += bytes;
  }
  let developerAt: number | null = null;
  for (let field = developersAt + 1; field < end; field += FIELD_BYTES) {
    const [number, bytes, maker] = [0, 1, 2].map((each) => view.getUint8(field + each)) as [number, number, number];
    if (bytes === 1 && described.isHeartRate(maker, number)) developerAt = size;
    size += bytes;
  }
  const message = view.getUint16(at + 3, littleEndian);
  return { message, littleEndian, size, timeAt, heartRateAt, developerAt, fields };
}
