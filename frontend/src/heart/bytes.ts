/** Bytes that come in pieces, so that no file has to be held whole. */

export type Bytes = AsyncIterable<Uint8Array<ArrayBuffer>>;

/** Packed, a piece of this size holds at most 17 MB. */
const PIECE_BYTES = 16_384;
const SLICE_BYTES = 4_194_304;

/** The bytes of a file, in small pieces; rejects where it cannot be opened. */
export async function* bytesOf(file: Blob): Bytes {
  for (let at = 0; at < file.size; at += SLICE_BYTES) {
    const slice = new Uint8Array(await file.slice(at, at + SLICE_BYTES).arrayBuffer());
    for (let from = 0; from < slice.length; from += PIECE_BYTES) {
      yield slice.subarray(from, from + PIECE_BYTES);
    }
  }
}

/** The first bytes, at least `count` where there are so many, and all of them, the first too. */
export async function peek(bytes: Bytes, count: number): Promise<[head: Uint8Array<ArrayBuffer>, all: Bytes]> {
  const pieces = bytes[Symbol.asyncIterator]();
  const first: Uint8Array<ArrayBuffer>[] = [];
  let there = 0;
  while (there < count) {
    const piece = await pieces.next();
    if (piece.done) break;
    first.push(piece.value);
    there += piece.value.length;
  }
  async function* all(): Bytes {
    try {
      yield* first;
      for (;;) {
        const piece = await pieces.next();
        if (piece.done) return;
        yield piece.value;
      }
    } finally {
      await pieces.return?.();
    }
  }
  return [joined(first), all()];
}

/** All bytes in one; null where they are more than `limit`. */
export async function collect(bytes: Bytes, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let there = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    there += piece.length;
    if (there > limit) return null;
  }
  return joined(pieces);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
