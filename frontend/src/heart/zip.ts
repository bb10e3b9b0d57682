/**
 * What lies in a zip file.
 *
 * Source: APPNOTE.TXT, PKWARE: 4.3.7 local headers, 4.3.12 the directory, 4.3.14 to 4.3.16 its end.
 */
import { type Bytes, bytesOf } from "./bytes";
import { unpacked } from "./unpack";

export interface Entry {
  readonly name: string;
  readonly packed_bytes: number;
  /** Of its local header. */
  readonly at: number;
  readonly isDeflated: boolean;
}

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
/** Of files beyond 4 GB. */
const LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
const WIDE_END_BYTES = 56;
const WIDE = 0xffffffff;
const WIDE_FIELDS = 1;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const LARGEST_DIRECTORY = 50_000_000;

/** The files in it that can be unpacked; null where the zip file breaks off or is damaged. */
export async function entriesOf(zip: Blob): Promise<readonly Entry[] | null> {
  const place = await directoryOf(zip);
  if (!place || place.bytes > LARGEST_DIRECTORY || place.at + place.bytes > zip.size) return null;
  const view = await viewOf(zip, place.at, place.bytes);
  const out: Entry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= view.byteLength && view.getUint32(at, true) === ENTRY; ) {
    const [name, extra, comment] = [28, 30, 32].map((each) => view.getUint16(at + each, true)) as Sizes;
    const end = at + ENTRY_BYTES + name + extra + comment;
    if (end > view.byteLength) return null;
    const entry = entryAt(view, at, name, extra);
    if (entry) out.push(entry);
    at = end;
  }
  return out;
}

type Sizes = [name: number, extra: number, comment: number];

/** What a file in it holds, or the first of that: as much as `packed_bytes` unpack to. */
export async function* contentOf(zip: Blob, entry: Entry, packed_bytes = entry.packed_bytes): Bytes {
  const header = await viewOf(zip, entry.at, LOCAL_BYTES);
  if (header.byteLength < LOCAL_BYTES || header.getUint32(0, true) !== LOCAL) return;
  const from = entry.at + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = bytesOf(zip.slice(from, from + Math.min(packed_bytes, entry.packed_bytes)));
  yield* entry.isDeflated ? unpacked(packed, "deflate-raw").bytes : packed;
}

interface Place {
  readonly at: number;
  readonly bytes: number;
}

async function directoryOf(zip: Blob): Promise<Place | null> {
  const from = Math.max(0, zip.size - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const view = await viewOf(zip, from, zip.size - from);
  for (let at = view.byteLength - END_BYTES; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END) continue;
    const wide = await wideDirectory(zip, view, at - LOCATOR_BYTES);
    return wide ?? { at: view.getUint32(at + 16, true), bytes: view.getUint32(at + 12, true) };
  }
  return null;
}

async function wideDirectory(zip: Blob, view: DataView, at: number): Promise<Place | null> {
  if (at < 0 || view.getUint32(at, true) !== LOCATOR) return null;
  const end = await viewOf(zip, wide(view, at + 8), WIDE_END_BYTES);
  return end.byteLength < WIDE_END_BYTES ? null : { at: wide(end, 48), bytes: wide(end, 40) };
}

function entryAt(view: DataView, at: number, nameBytes: number, extraBytes: number): Entry | null {
  const nameAt = at + ENTRY_BYTES;
  const name = new TextDecoder().decode(bytesIn(view, nameAt, nameBytes));
  const method = view.getUint16(at + 10, true);
  const isEncrypted = (view.getUint16(at + 8, true) & ENCRYPTED) !== 0;
  if (isEncrypted || name.endsWith("/") || (method !== STORED && method !== DEFLATED)) return null;
  const sizes = [24, 20, 42].map((each) => view.getUint32(at + each, true));
  const [, packed_bytes = 0, local = 0] = widened(sizes, view, nameAt + nameBytes, extraBytes);
  return { name, packed_bytes, at: local, isDeflated: method === DEFLATED };
}

/** The same numbers; of those that did not fit, what stands in the extra fields, in their order. */
function widened(sizes: readonly number[], view: DataView, from: number, bytes: number): number[] {
  for (let at = from; at + 4 <= from + bytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== WIDE_FIELDS) continue;
    const end = Math.min(at + 4 + view.getUint16(at + 2, true), from + bytes);
    let next = at + 4;
    return sizes.map((size) => {
      if (size !== WIDE || next + 8 > end) return size;
      next += 8;
      return wide(view, next - 8);
    });
  }
  return [...sizes];
}

function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function bytesIn(view: DataView, at: number, count: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, count);
}

async function viewOf(zip: Blob, at: number, bytes: number): Promise<DataView> {
  return new DataView(await zip.slice(at, at + bytes).arrayBuffer());
}
