/** The recording of a song, bent by the browser, which keeps its pitch. */
import { feltTempo } from "../workout/playlist";
import { type Change, type Entry, type Exit, RAMP_BEATS, sum } from "./change";
import { type Cue, type Deck, type Setting, placeOf } from "./deck";
import { Fade } from "./fade";
import { barAfter, changeAt, feltBeats, isHoldable, rateOver } from "./fileBeats";
import { gainOf } from "./levels";
import type { Recording } from "./recordings";

/** Less is not heard as wrong, while a jump is. */
const OFF_SECONDS = 1;
/** A clock that runs faster than life would else make it jump all the time. */
const RARELY_SECONDS = 10;
/** What an element that starts late makes good by a jump; what is less, by going faster for a while. */
const JUMP_SECONDS = 0.1;
/** As rarely as timers of a page in the background come: in less, it would be too far by then. */
const CATCH_UP_SECONDS = 1;
const MOST_FASTER = 0.1;

/** Plays a file from the place where the workout's clock says that the song is. */
export class FileDeck implements Deck {
  private readonly context: AudioContext;
  private readonly element: HTMLAudioElement;
  private readonly address: string;
  private readonly fade: Fade;
  private readonly entry: Entry;
  private readonly beats: readonly number[];
  private readonly ends: number;
  private readonly timer: ReturnType<typeof setTimeout> | undefined;
  /** Where it came in, seconds since its start, and how fast while it keeps to another song's beats. */
  private readonly first: number;
  private readonly held_rate: number;
  /** As the workout wants it. */
  private rate = 1;
  /** Where the song should be, seconds since its start, at `at_ms`. */
  private place: number;
  private at_ms: number;
  /** On the audio clock: the workout's runs faster in a replay. */
  private jumped_at: number;

  constructor({ context, out, cue, entry }: Setting, { file, sound }: Recording) {
    const now = context.currentTime;
    this.context = context;
    this.entry = entry;
    this.beats = beatsOf(cue);
    this.ends = sound?.ends ?? Infinity;
    const bar = entry.on_bar ? barOf(cue) : null;
    this.first = bar?.[0] ?? Math.max(placeOf(cue), sound?.begins ?? 0);
    this.held_rate = bar && entry.held.length > 0 ? rateOver(bar, entry.held) : NaN;
    this.place = this.first;
    this.at_ms = cue.at_ms;
    this.jumped_at = now;
    this.fade = new Fade(context, out, entry);
    this.address = URL.createObjectURL(file);
    this.element = new Audio(this.address);
    this.element.preservesPitch = true;
    this.element.currentTime = this.first;
    const level = context.createGain();
    level.gain.value = gainOf(sound);
    context.createMediaElementSource(this.element).connect(level);
    level.connect(this.fade.input);
    this.bend(cue);
    const wait_seconds = entry.at - now;
    if (wait_seconds > 0) this.timer = setTimeout(this.start, wait_seconds * 1000);
    else this.start();
  }

  get sounds(): boolean {
    return this.fade.sounds;
  }

  get left_seconds(): number {
    return (this.ends - this.element.currentTime) / this.element.playbackRate;
  }

  follow(cue: Cue): void {
    const { element } = this;
    this.bend(cue);
    if (this.isEntering()) {
      this.place = element.currentTime;
      this.at_ms = cue.at_ms;
      return;
    }
    this.place += ((cue.at_ms - this.at_ms) / 1000) * element.playbackRate;
    this.at_ms = cue.at_ms;
    if (element.ended || element.seeking) return;
    if (element.paused) this.start(); // a call, or the system's own key
    if (Math.abs(element.currentTime - this.place) < OFF_SECONDS) return;
    if (this.context.currentTime - this.jumped_at < RARELY_SECONDS) return;
    this.jumped_at = this.context.currentTime;
    element.currentTime = this.place;
  }

  /** The element plays by itself; as it begins by itself too, it is brought to its bar's beats. */
  schedule(): void {
    const { element, entry } = this;
    const since = this.context.currentTime - entry.at;
    if (!this.isEntering() || since < 0 || element.paused || element.seeking) return;
    const rate = this.rateNow();
    const late = this.first + since * rate - element.currentTime;
    if (since >= sum(entry.held)) element.playbackRate = rate;
    else if (Math.abs(late) > JUMP_SECONDS) element.currentTime += late;
    else element.playbackRate = rate * (1 + within(late / CATCH_UP_SECONDS, MOST_FASTER));
  }

  nextBar(after: number): Change | null {
    const { element, context } = this;
    const [place, rate, now] = [element.currentTime, element.playbackRate, context.currentTime];
    if (element.paused || element.ended) return null;
    const bar = barAfter(this.beats, place + (after - now) * rate);
    return bar && changeAt(bar, place, now, rate);
  }

  leave(exit: Exit): void {
    this.fade.leave(exit);
  }

  halt(fade_seconds: number): void {
    this.fade.halt(fade_seconds);
  }

  remove(): void {
    clearTimeout(this.timer);
    this.element.pause();
    this.fade.remove();
    URL.revokeObjectURL(this.address);
  }

  private readonly start = (): void => {
    this.element.play().catch(leaveIt);
  };

  private bend({ push, tempo }: Cue): void {
    this.rate = tempo / feltTempo(push);
    this.element.playbackRate = this.rateNow();
  }

  /** That of the beats that it holds, then on the way to its own. */
  private rateNow(): number {
    if (!this.isEntering()) return this.rate;
    const ramped = this.context.currentTime - this.entry.at - sum(this.entry.held);
    const share = within(ramped / this.rampSeconds(), 1);
    return this.held_rate + (this.rate - this.held_rate) * Math.max(0, share);
  }

  /** Whether it keeps to another song's beats, or is on the way from there to its own. */
  private isEntering(): boolean {
    if (Number.isNaN(this.held_rate)) return false;
    const { at, held } = this.entry;
    return this.context.currentTime < at + sum(held) + this.rampSeconds();
  }

  private rampSeconds(): number {
    return RAMP_BEATS * (this.entry.held.at(-1) ?? 0);
  }
}

/** Whether the cue's recording can keep to `beats`, seconds of each. */
export function canHold(cue: Cue, beats: readonly number[]): boolean {
  const bar = barOf(cue);
  return bar !== null && isHoldable(rateOver(bar, beats));
}

/** The bar that it would come in on. */
function barOf(cue: Cue): readonly number[] | null {
  return barAfter(beatsOf(cue), Math.max(placeOf(cue), cue.recording?.sound?.begins ?? 0));
}

function beatsOf({ push, recording }: Cue): readonly number[] {
  return feltBeats(recording?.sound?.beats ?? [], feltTempo(push));
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}

/** Refused, or paused again at once: the next cue tries anew. */
function leaveIt(): void {}
