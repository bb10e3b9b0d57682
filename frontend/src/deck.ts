/** One song's music on the audio clock, which is counted in seconds. */
import { type Sketch, beatSeconds, notesOfBeat } from "./music";
import { noiseOf, playNote } from "./voices";

/** Where a song stands when its music begins. */
export interface Place {
  readonly sketch: Sketch;
  /** Beats a minute, as it sounds from now on. */
  readonly tempo: number;
  /** Beats since the song's start. */
  readonly beat: number;
}

const NOISES = new WeakMap<BaseAudioContext, AudioBuffer>();
/** Room for the first beat to be told to the audio clock before it is due. */
const AHEAD_SECONDS = 0.05;
/** What the limiter still holds back when a fade is over. */
const TAIL_SECONDS = 0.1;
const CURVE_POINTS = 64;

/** The gains of a fade: in and out together keep the power, as sine and cosine do. */
export function fadeCurve(direction: "in" | "out"): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: CURVE_POINTS }, (_, index) => {
    const angle = (Math.PI / 2) * (index / (CURVE_POINTS - 1));
    return direction === "in" ? Math.sin(angle) : Math.cos(angle);
  });
}

/** Plays one song from a place in it, beat by beat, until it is faded out. */
export class Deck {
  tempo: number;
  private readonly sketch: Sketch;
  private readonly fadeIn: GainNode;
  private readonly fadeOut: GainNode;
  private readonly noise: AudioBuffer;
  private beat: number;
  private beat_at: number;
  private silent_at = Infinity;

  constructor(
    private readonly context: AudioContext,
    out: AudioNode,
    place: Place,
    fade_seconds: number,
  ) {
    this.sketch = place.sketch;
    this.tempo = place.tempo;
    this.fadeIn = context.createGain();
    this.fadeOut = context.createGain();
    this.fadeIn.gain.setValueCurveAtTime(fadeCurve("in"), context.currentTime, fade_seconds);
    this.fadeIn.connect(this.fadeOut);
    this.fadeOut.connect(out);
    this.noise = NOISES.get(context) ?? noiseOf(context);
    NOISES.set(context, this.noise);
    this.beat = Math.ceil(place.beat);
    const wait = (this.beat - place.beat) * beatSeconds(place.tempo);
    this.beat_at = context.currentTime + AHEAD_SECONDS + wait;
  }

  /** Whether the music still sounds, or will. */
  get sounds(): boolean {
    return this.context.currentTime < this.silent_at + TAIL_SECONDS;
  }

  /** Tells the audio clock every beat up to `until`, each once; what is too late is left out. */
  schedule(until: number): void {
    while (this.beat_at < Math.min(until, this.silent_at)) {
      if (this.beat_at >= this.context.currentTime) this.sound();
      this.beat += 1;
      this.beat_at += beatSeconds(this.tempo);
    }
  }

  /** Fades to silence, once: a gain has one curve at a time. */
  leave(fade_seconds: number): void {
    const now = this.context.currentTime;
    this.silent_at = now + fade_seconds;
    this.fadeOut.gain.setValueCurveAtTime(fadeCurve("out"), now, fade_seconds);
  }

  /** Takes it off the output. */
  remove(): void {
    this.fadeOut.disconnect();
  }

  private sound(): void {
    const seconds = beatSeconds(this.tempo);
    for (const note of notesOfBeat(this.sketch, this.beat)) {
      const at = this.beat_at + note.after * seconds;
      playNote(this.fadeIn, this.noise, note, at, note.length * seconds);
    }
  }
}
