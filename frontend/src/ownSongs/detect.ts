/** What only a browser's own decoder can tell about a file: that it plays, how long, how fast. */
import { load } from "web-audio-beat-detector-broker";
import workerAddress from "web-audio-beat-detector-worker?worker&url";

import { steadier } from "./steady";

/** Enough for the lowest drums, and a multiple of 4 as the detector counts quarters of a second. */
const SAMPLE_RATE = 12_000;
/** What carries the beat: the detector itself listens below this, Hertz. */
const BASS_BELOW = 240;
/** Intros and endings are left out where there is enough between them. */
const STRETCH_SECONDS = 90;
/** One octave, so that every interval between beats counts for one tempo only. */
const RANGE = { low: 90, high: 180 };

let detector: ReturnType<typeof load> | undefined;

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

/** Beats a minute of what `file` plays in its middle; throws where no beat is found. */
export async function detectTempo(file: Blob): Promise<number> {
  detector ??= load(workerAddress);
  const bass = await bassOf(file);
  const tempo = await detector.analyze(bass, { minTempo: RANGE.low, maxTempo: RANGE.high });
  return steadier(tempo, bass.getChannelData(0), SAMPLE_RATE, RANGE);
}

/** The bass of the file's middle, as loud as can be: the detector hears nothing quiet. */
async function bassOf(file: Blob): Promise<AudioBuffer> {
  const decoder = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  const whole = await decoder.decodeAudioData(await file.arrayBuffer());
  const seconds = Math.min(STRETCH_SECONDS, whole.duration);
  const context = new OfflineAudioContext(1, Math.ceil(seconds * SAMPLE_RATE), SAMPLE_RATE);
  const source = new AudioBufferSourceNode(context, { buffer: whole });
  const bass = new BiquadFilterNode(context, { type: "lowpass", frequency: BASS_BELOW });
  source.connect(bass).connect(context.destination);
  source.start(0, (whole.duration - seconds) / 2, seconds);
  return loud(await context.startRendering());
}

function loud(buffer: AudioBuffer): AudioBuffer {
  const samples = buffer.getChannelData(0);
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (loudest > 0) samples.forEach((sample, index) => (samples[index] = sample / loudest));
  return buffer;
}
