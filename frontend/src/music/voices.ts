/** Notes as sound: each is a few nodes of Web Audio that end by themselves. */
import type { Note } from "./arrangement";
import type { Kit } from "./kits";

/** Below, exponential ramps cannot go: nothing is heard of it. */
const SILENT = 0.001;
const ATTACK_SECONDS = 0.003;

/** Where notes go, and what they are made of. */
export interface Band {
  readonly out: AudioNode;
  readonly noise: AudioBuffer;
  readonly kit: Kit;
}

/** Plays `note` at `at` of the context's clock for `seconds`. */
export function playNote({ out, noise, kit }: Band, note: Note, at: number, seconds: number): void {
  const { loudness, frequency } = note;
  const burst = (edge: number, peak: number, length: number) => {
    hiss(out, noise, { edge, peak: loudness * peak, at, seconds: length });
  };
  switch (note.voice) {
    case "click":
      tone(out, { type: "triangle", from: kit.click, to: kit.click, peak: loudness * 0.8, at, seconds: 0.06 });
      return;
    case "kick":
      tone(out, { type: "sine", ...kit.kick, peak: loudness * 0.65, at });
      return;
    case "snare":
      burst(kit.snare.edge, 0.4, kit.snare.seconds);
      tone(out, { type: "triangle", from: kit.snare.body, to: kit.snare.body * 0.7, peak: loudness * 0.35, at, seconds: 0.1 });
      return;
    case "hat":
      burst(kit.hat.edge, 0.16, kit.hat.seconds);
      return;
    case "ride":
      burst(kit.hat.edge * 0.8, 0.16, kit.hat.seconds * 3);
      return;
    case "crash":
      burst(4_000, 0.25, 0.9);
      return;
    case "bass":
      tone(out, { ...kit.bass, from: frequency, to: frequency, peak: loudness * 0.65 * kit.held, at, seconds });
      return;
    case "chord":
      tone(out, { ...kit.chord, from: frequency, to: frequency, peak: loudness * 0.22 * kit.held, at, seconds });
      return;
    case "melody":
      tone(out, { type: "triangle", from: frequency, to: frequency, peak: loudness * 0.14, at, seconds });
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
  /** Hertz above which nothing is let through. */
  readonly bright?: number;
}

function tone(out: AudioNode, { type, from, to, bright, ...sounding }: Tone): void {
  const source = out.context.createOscillator();
  source.type = type;
  source.frequency.setValueAtTime(from, sounding.at);
  if (to !== from) source.frequency.exponentialRampToValueAtTime(to, sounding.at + 0.1);
  sound(source, bright === undefined ? source : filtered(source, "lowpass", bright), out, sounding);
}

interface Hiss extends Sounding {
  readonly edge: number;
}

function hiss(out: AudioNode, noise: AudioBuffer, { edge, ...sounding }: Hiss): void {
  const source = out.context.createBufferSource();
  source.buffer = noise;
  sound(source, filtered(source, "highpass", edge), out, sounding);
}

function filtered(source: AudioNode, type: BiquadFilterType, hertz: number): AudioNode {
  const filter = source.context.createBiquadFilter();
  filter.type = type;
  filter.frequency.value = hertz;
  source.connect(filter);
  return filter;
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
  node.gain.exponentialRampToValueAtTime(peak, at + ATTACK_SECONDS);
  node.gain.exponentialRampToValueAtTime(SILENT, ends_at);
  last.connect(node);
  node.connect(out);
  source.start(at);
  source.stop(ends_at);
}
