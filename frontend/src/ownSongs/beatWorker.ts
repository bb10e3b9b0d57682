/** Listens in a thread of its own, so that the page goes on meanwhile. */
import { findBeat } from "./beat";

self.onmessage = ({ data }: MessageEvent<Float32Array>) => {
  self.postMessage(findBeat(data));
};
