/** What only a browser's own decoder can tell about a file: that it plays, how long, how fast. */
import type { Beat } from "./beat";
import { SAMPLE_RATE } from "./onsets";

/** Intros and endings are left out where there is enough between them. */
const STRETCH_SECONDS = 90;

/** A browser that has not said by then that a file on this device plays will not. */
const PLAYABLE_WITHIN_MS = 10_000;

/** Seconds that the browser would play `file`; throws where it does not, or `cancel` is given. */
export function playableSeconds(file: Blob, cancel: AbortSignal): Promise<number> {
  const address = URL.createObjectURL(file);
  const element = new Audio();
  let leave = () => {};
  return new Promise<number>((resolve, reject) => {
    const giveUp = () => {
      reject(new Error("The browser did not say in time whether it can play this."));
    };
    const timer = setTimeout(giveUp, PLAYABLE_WITHIN_MS);
    cancel.addEventListener("abort", giveUp);
    leave = () => {
      clearTimeout(timer);
      cancel.removeEventListener("abort", giveUp);
    };
    element.onloadedmetadata = () => {
      resolve(element.duration);
    };
    element.onerror = () => {
      reject(new Error("The browser cannot play this."));
    };
    element.preload = "metadata";
    element.src = address;
  }).finally(() => {
    leave();
    element.removeAttribute("src");
    URL.revokeObjectURL(address);
  });
}

/** The beat of what `file` plays in its middle; null where none is found, throws if not decoded. */
export async function detectBeat(file: Blob): Promise<Beat | null> {
  const samples = await middleOf(file);
  const worker = new Worker(new URL("./beatWorker.ts", import.meta.url), { type: "module" });
  return new Promise<Beat | null>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Beat | null>) => {
      resolve(data);
    };
    worker.onerror = () => {
      reject(new Error("The beat could not be listened for."));
    };
    worker.postMessage(samples, [samples.buffer]);
  }).finally(() => {
    worker.terminate();
  });
}

/** The middle of a file, mono. */
async function middleOf(file: Blob): Promise<Float32Array<ArrayBuffer>> {
  const decoder = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  const whole = await decoder.decodeAudioData(await file.arrayBuffer());
  const seconds = Math.min(STRETCH_SECONDS, whole.duration);
  const context = new OfflineAudioContext(1, Math.ceil(seconds * SAMPLE_RATE), SAMPLE_RATE);
  const source = new AudioBufferSourceNode(context, { buffer: whole });
  source.connect(context.destination);
  source.start(0, (whole.duration - seconds) / 2, seconds);
  return (await context.startRendering()).getChannelData(0);
}
