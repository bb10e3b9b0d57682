/** The recording of a song, bent by the browser, which keeps its pitch. */
import { type Cue, type Deck, placeOf } from "./deck";
import { Fade } from "./fade";
import { feltTempo } from "../workout/playlist";

/** Less is not heard as wrong, while a jump is. */
const OFF_SECONDS = 1;
/** A clock that runs faster than life would else make it jump all the time. */
const RARELY_SECONDS = 10;

/** Plays a file from the place where the workout's clock says that the song is. */
export class FileDeck implements Deck {
  private readonly element: HTMLAudioElement;
  private readonly address: string;
  private readonly fade: Fade;
  private rate = 1;
  /** Where the song should be, seconds since its start, at `at_ms`. */
  private place: number;
  private at_ms: number;
  /** On the audio clock: the workout's runs faster in a replay. */
  private jumped_at: number;

  constructor(
    private readonly context: AudioContext,
    out: AudioNode,
    cue: Cue,
    file: Blob,
    fade_seconds: number,
  ) {
    this.place = placeOf(cue);
    this.at_ms = cue.at_ms;
    this.jumped_at = context.currentTime;
    this.fade = new Fade(context, out, fade_seconds);
    this.address = URL.createObjectURL(file);
    this.element = new Audio(this.address);
    this.element.preservesPitch = true;
    this.element.currentTime = this.place;
    context.createMediaElementSource(this.element).connect(this.fade.input);
    this.bend(cue);
    this.element.play().catch(leaveIt);
  }

  get sounds(): boolean {
    return this.fade.sounds;
  }

  follow(cue: Cue): void {
    this.place += ((cue.at_ms - this.at_ms) / 1000) * this.rate;
    this.at_ms = cue.at_ms;
    this.bend(cue);
    const { element, place } = this;
    if (element.ended || element.seeking) return;
    if (element.paused) element.play().catch(leaveIt); // a call, or the system's own key
    if (Math.abs(element.currentTime - place) < OFF_SECONDS) return;
    if (this.context.currentTime - this.jumped_at < RARELY_SECONDS) return;
    this.jumped_at = this.context.currentTime;
    element.currentTime = place;
  }

  /** The element plays by itself. */
  schedule(): void {}

  leave(fade_seconds: number): void {
    this.fade.leave(fade_seconds);
  }

  remove(): void {
    this.element.pause();
    this.fade.remove();
    URL.revokeObjectURL(this.address);
  }

  private bend({ push, tempo }: Cue): void {
    this.rate = tempo / feltTempo(push);
    this.element.playbackRate = this.rate;
  }
}

/** Refused, or paused again at once: the next cue tries anew. */
function leaveIt(): void {}
