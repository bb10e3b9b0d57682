/** What only a browser's own decoder can tell about a file: that it plays, how long, how fast. */
import { HEARD_RATE, type Hearing } from "./hearing";

const MOST_CHANNELS = 2;

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

/** What is heard in `file`; throws where it cannot be decoded. */
export async function hearFile(file: Blob): Promise<Hearing> {
  const channels = await channelsOf(file);
  const worker = new Worker(new URL("./hearingWorker.ts", import.meta.url), { type: "module" });
  return new Promise<Hearing>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Hearing>) => {
      resolve(data);
    };
    worker.onerror = () => {
      reject(new Error("The recording could not be listened to."));
    };
    worker.postMessage(channels, channels.map(({ buffer }) => buffer));
  }).finally(() => {
    worker.terminate();
  });
}

/** Left and right, or the one that there is. */
async function channelsOf(file: Blob): Promise<readonly Float32Array<ArrayBuffer>[]> {
  const decoder = new OfflineAudioContext(1, 1, HEARD_RATE);
  const whole = await decoder.decodeAudioData(await file.arrayBuffer());
  return Array.from({ length: Math.min(MOST_CHANNELS, whole.numberOfChannels) }, (_, channel) =>
    whole.getChannelData(channel).slice(),
  );
}
