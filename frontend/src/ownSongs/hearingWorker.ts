/** Listens in a thread of its own, so that the page goes on meanwhile. */
import { hear } from "./hearing";

self.onmessage = ({ data }: MessageEvent<readonly Float32Array[]>) => {
  self.postMessage(hear(data));
};
