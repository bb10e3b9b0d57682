/** Has files read, beside the page where the browser can: a long one takes its time. */
import type { Choose } from "./points";
import type { Recording } from "./recording";

/** A file, then the place of what was chosen in it. */
export type ToReader = File | number;
/** Names to choose from, or the end. */
export type FromReader =
  | { readonly names: readonly string[] }
  | { readonly columns: Columns }
  | { readonly sentence: string };

/** A recording as numbers in two rows, which cross over to the page without a copy. */
export interface Columns extends Pick<Recording, "name" | "trouble"> {
  readonly seconds: Float64Array<ArrayBuffer>;
  readonly heart_rates: Float32Array<ArrayBuffer>;
}

export function packed({ name, trouble, samples }: Recording): Columns {
  const seconds = Float64Array.from(samples, ([each]) => each);
  return { name, trouble, seconds, heart_rates: Float32Array.from(samples, ([, each]) => each) };
}

/** Tenths, which a heart rate has at most, outlive the short numbers. */
function unpacked({ name, trouble, seconds, heart_rates }: Columns): Recording {
  const samples = Array.from(seconds, (each, index) => [each, tenths(heart_rates[index] ?? NaN)] as const);
  return { name, trouble, samples };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What `file` holds; rejects with a sentence, or never once `cancel` is given. */
export function readFile(file: File, choose: Choose, cancel: AbortSignal): Promise<Recording> {
  return typeof Worker === "undefined" ? readHere(file, choose) : readBeside(file, choose, cancel);
}

async function readHere(file: File, choose: Choose): Promise<Recording> {
  const reader = await import("./recording").catch(() => null);
  if (!reader) throw new Error(NOT_LOADED);
  return reader.readRecording(file, choose);
}

function readBeside(file: File, choose: Choose, cancel: AbortSignal): Promise<Recording> {
  const worker = new Worker(new URL("./reader.ts", import.meta.url), { type: "module" });
  const end = () => {
    worker.terminate();
  };
  cancel.addEventListener("abort", end);
  const send = (message: ToReader) => {
    worker.postMessage(message);
  };
  return new Promise<Recording>((resolve, reject) => {
    worker.onerror = () => {
      reject(new Error(NOT_LOADED));
    };
    worker.onmessage = ({ data }: MessageEvent<FromReader>) => {
      if ("names" in data) void choose(data.names).then(send);
      else if ("columns" in data) resolve(unpacked(data.columns));
      else reject(new Error(data.sentence));
    };
    send(file);
  }).finally(() => {
    cancel.removeEventListener("abort", end);
    end();
  });
}

const NOT_LOADED = "What reads files could not be loaded. Try again with a connection.";
