/** A sketch of a song, beat by beat. */
import { feltTempo } from "../workout/playlist";
import { notesOfBeat } from "./arrangement";
import { beatSeconds } from "./beat";
import { Beats, barFrom } from "./beats";
import type { Change, Exit } from "./change";
import { type Cue, type Deck, type Setting, placeOf } from "./deck";
import { Fade } from "./fade";
import { type Sketch, sketch } from "./sketch";
import { type Band, noiseOf, playNote } from "./voices";

const NOISES = new WeakMap<BaseAudioContext, AudioBuffer>();
/** So that sketches are as loud as recordings: see `levels.ts`. */
const LEVEL = 1.4;
/** Room for the first beat to be told to the audio clock before it is due. */
const AHEAD_SECONDS = 0.05;

export class SketchDeck implements Deck {
  readonly left_seconds = Infinity;
  private readonly context: AudioContext;
  private readonly sketch: Sketch;
  private readonly fade: Fade;
  private readonly band: Band;
  private readonly beats: Beats;
  private tempo: number;
  private zone: Cue["zone"];

  constructor({ context, out, cue, entry }: Setting) {
    const own = feltTempo(cue.push);
    const place = (placeOf(cue) / 60) * own;
    this.context = context;
    this.sketch = sketch(cue.push.song, own);
    this.tempo = cue.tempo;
    this.zone = cue.zone;
    this.fade = new Fade(context, out, entry);
    const noise = NOISES.get(context) ?? noiseOf(context);
    NOISES.set(context, noise);
    const level = context.createGain();
    level.gain.value = LEVEL;
    level.connect(this.fade.input);
    this.band = { out: level, noise, kit: this.sketch.kit };
    const first = entry.on_bar ? barFrom(place) : Math.ceil(place);
    const wait = entry.on_bar ? 0 : AHEAD_SECONDS + (first - place) * beatSeconds(cue.tempo);
    this.beats = new Beats(first, entry.at + wait, entry.held);
  }

  get sounds(): boolean {
    return this.fade.sounds;
  }

  follow({ tempo, zone }: Cue): void {
    this.tempo = tempo;
    this.zone = zone;
  }

  /** Each beat once; what is too late is left out. */
  schedule(until: number): void {
    while (this.beats.next_at < Math.min(until, this.fade.silent_at)) {
      const { number, at, seconds } = this.beats.tell(this.tempo);
      if (at < this.context.currentTime) continue;
      for (const note of notesOfBeat(this.sketch, number, this.zone)) {
        playNote(this.band, note, at + note.after * seconds, note.length * seconds);
      }
    }
  }

  nextBar(after: number): Change {
    return this.beats.nextBar(after, this.tempo);
  }

  leave(exit: Exit): void {
    this.fade.leave(exit);
  }

  halt(fade_seconds: number): void {
    this.fade.halt(fade_seconds);
  }

  remove(): void {
    this.fade.remove();
  }
}
