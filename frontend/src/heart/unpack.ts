/** Unpacks gzip, and what lies packed in a zip file. */
import type { Bytes } from "./bytes";

/** What was unpacked, and whether it breaks off; to be asked once all was read. */
export interface Unpacked {
  readonly bytes: Bytes;
  readonly isCut: () => boolean;
}

/** What `packed` holds; where that is damaged or breaks off, what came before. */
export function unpacked(packed: Bytes, format: "gzip" | "deflate-raw"): Unpacked {
  let cut = false;
  const bytes = unpack(packed, format, () => {
    cut = true;
  });
  return { bytes, isCut: () => cut };
}

async function* unpack(packed: Bytes, format: "gzip" | "deflate-raw", onCut: () => void): Bytes {
  const { readable, writable } = new DecompressionStream(format);
  const reader = readable.getReader();
  const told = { waits: false, over: false };
  const feeding = feed(packed, writable.getWriter(), told);
  feeding.catch(() => undefined); // the reader fails as well
  try {
    for (;;) {
      told.waits = true;
      const { done, value } = await reader.read();
      told.waits = false;
      if (done) return;
      yield new Uint8Array(value);
    }
  } catch {
    onCut();
  } finally {
    told.over = true;
    await reader.cancel().catch(() => undefined);
    await feeding.catch(() => undefined);
  }
}

async function feed(
  packed: Bytes,
  writer: WritableStreamDefaultWriter<BufferSource>,
  told: { readonly waits: boolean; readonly over: boolean },
): Promise<void> {
  for await (const piece of packed) {
    if (told.over) return;
    await writer.write(piece);
  }
  // A file that breaks off fails at its end, and what was not yet read would be lost with that.
  for (let idle = 0; idle < IDLE_TURNS && !told.over; idle = told.waits ? idle + 1 : 0) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  await writer.close();
}

/** So often the reader is seen to wait for more before it is taken to have read all. */
const IDLE_TURNS = 3;
