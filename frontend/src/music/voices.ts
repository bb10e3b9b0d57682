/** Notes as sound: each is a few nodes of Web Audio that end by themselves. */
import type { Note } from "./sketch";

/** Below, exponential ramps cannot go: nothing is heard of it. */
const SILENT = 0.001;

/** Plays `note` at `at` of the context's clock for `seconds`, into `out`. */
export function playNote(
  out: AudioNode,
  noise: AudioBuffer,
  note: Note,
  at: number,
  seconds: number,
): void {
  const { loudness, frequency } = note;
  switch (note.voice) {
    case "kick":
      tone(out, { type: "sine", from: 150, to: 45, peak: loudness * 0.9, at, seconds: 0.3 });
      return;
    case "snare":
      hiss(out, noise, { edge: 1_500, peak: loudness * 0.45, at, seconds: 0.16 });
      tone(out, { type: "triangle", from: 220, to: 160, peak: loudness * 0.3, at, seconds: 0.1 });
      return;
    case "hat":
      hiss(out, noise, { edge: 7_000, peak: loudness * 0.2, at, seconds: 0.06 });
      return;
    case "bass":
      tone(out, { type: "triangle", from: frequency, to: frequency, peak: loudness * 0.5, at, seconds });
      return;
    case "chord":
      tone(out, { type: "triangle", from: frequency, to: frequency, peak: loudness * 0.2, at, seconds });
      return;
  }
}

/** The noise that snares and hats are made of: one second. */
export function noiseOf(context: BaseAudioContext): AudioBuffer {
  const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index += 1) samples[index] = Math.random() * 2 - 1;
  return buffer;
}

interface Sounding {
  readonly peak: number;
  readonly at: number;
  readonly seconds: number;
}

interface Tone extends Sounding {
  readonly type: OscillatorType;
  readonly from: number;
  readonly to: number;
}

function tone(out: AudioNode, { type, from, to, ...sounding }: Tone): void {
  const source = out.context.createOscillator();
  source.type = type;
  source.frequency.setValueAtTime(from, sounding.at);
  if (to !== from) source.frequency.exponentialRampToValueAtTime(to, sounding.at + 0.1);
  sound(source, source, out, sounding);
}

interface Hiss extends Sounding {
  readonly edge: number;
}

function hiss(out: AudioNode, noise: AudioBuffer, { edge, ...sounding }: Hiss): void {
  const source = out.context.createBufferSource();
  const filter = out.context.createBiquadFilter();
  source.buffer = noise;
  filter.type = "highpass";
  filter.frequency.value = edge;
  source.connect(filter);
  sound(source, filter, out, sounding);
}

/** Starts `source` with a soft attack and lets it die away. */
function sound(
  source: AudioScheduledSourceNode,
  last: AudioNode,
  out: AudioNode,
  { peak, at, seconds }: Sounding,
): void {
  const ends_at = at + Math.max(0.02, seconds);
  const node = out.context.createGain();
  node.gain.setValueAtTime(SILENT, at);
  node.gain.exponentialRampToValueAtTime(peak, at + 0.005);
  node.gain.exponentialRampToValueAtTime(SILENT, ends_at);
  last.connect(node);
  node.connect(out);
  source.start(at);
  source.stop(ends_at);
}
