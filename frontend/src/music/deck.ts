/** One song's music on the audio clock, which is counted in seconds. */
import { Fade } from "./fade";
import type { SongPush } from "../wire/messages";
import { type Sketch, beatSeconds, notesOfBeat, sketch } from "./sketch";
import { feltTempo } from "../workout/playlist";
import { noiseOf, playNote } from "./voices";

/** What is to be heard at a moment. */
export interface Cue {
  readonly push: SongPush;
  /** Beats a minute, bent. */
  readonly tempo: number;
  /** The workout's time. */
  readonly at_ms: number;
  /** The song's recording; null where there is none, so that a sketch is made. */
  readonly file: Blob | null;
}

/** Plays one song from a place in it until it is faded out. */
export interface Deck {
  /** Whether the music still sounds, or will. */
  readonly sounds: boolean;
  /** Goes on as the cue says. */
  follow(cue: Cue): void;
  /** Tells the audio clock what comes up to `until`. */
  schedule(until: number): void;
  /** Fades to silence, once. */
  leave(fade_seconds: number): void;
  /** Takes it off the output. */
  remove(): void;
}

/** Seconds since the song's start. */
export function placeOf({ push, at_ms }: Cue): number {
  return Math.max(0, at_ms - push.starts_at_ms) / 1000;
}

const NOISES = new WeakMap<BaseAudioContext, AudioBuffer>();
/** Room for the first beat to be told to the audio clock before it is due. */
const AHEAD_SECONDS = 0.05;

/** A sketch of the song, beat by beat. */
export class SketchDeck implements Deck {
  private readonly sketch: Sketch;
  private readonly fade: Fade;
  private readonly noise: AudioBuffer;
  private tempo: number;
  private beat: number;
  private beat_at: number;

  constructor(
    private readonly context: AudioContext,
    out: AudioNode,
    cue: Cue,
    fade_seconds: number,
  ) {
    const own = feltTempo(cue.push);
    const place = (placeOf(cue) / 60) * own;
    this.sketch = sketch(cue.push.song.id, own);
    this.tempo = cue.tempo;
    this.fade = new Fade(context, out, fade_seconds);
    this.noise = NOISES.get(context) ?? noiseOf(context);
    NOISES.set(context, this.noise);
    this.beat = Math.ceil(place);
    const wait = (this.beat - place) * beatSeconds(cue.tempo);
    this.beat_at = context.currentTime + AHEAD_SECONDS + wait;
  }

  get sounds(): boolean {
    return this.fade.sounds;
  }

  follow({ tempo }: Cue): void {
    this.tempo = tempo;
  }

  /** Each beat once; what is too late is left out. */
  schedule(until: number): void {
    while (this.beat_at < Math.min(until, this.fade.silent_at)) {
      if (this.beat_at >= this.context.currentTime) this.sound();
      this.beat += 1;
      this.beat_at += beatSeconds(this.tempo);
    }
  }

  leave(fade_seconds: number): void {
    this.fade.leave(fade_seconds);
  }

  remove(): void {
    this.fade.remove();
  }

  private sound(): void {
    const seconds = beatSeconds(this.tempo);
    for (const note of notesOfBeat(this.sketch, this.beat)) {
      const at = this.beat_at + note.after * seconds;
      playNote(this.fade.input, this.noise, note, at, note.length * seconds);
    }
  }
}
