/** Plays the song that plays by the page's clock, at the tempo it is heard at. */
import {
  CROSS_FADE_SECONDS,
  type Crossing,
  PRESS_FADE_SECONDS,
  blend,
  crossFade,
  cut,
  enterAt,
} from "./change";
import type { Cue, Deck } from "./deck";
import { FileDeck, canHold } from "./fileDeck";
import { outputOf } from "./output";
import { SketchDeck } from "./sketchDeck";

const TICK_MS = 250;
/** Timers of a page in the background may come but once a second. */
export const LOOKAHEAD_SECONDS = 1.5;
/** Room for the next song to be told to the audio clock before its first beat. */
const AHEAD_SECONDS = 0.05;
/** In which a recording that runs out makes way: a bar to wait for, and one to change in. */
const ENDING_BEATS = 9;

/** Resting until the first `follow`; after `pause` or `end` the audio device is let go. */
export class Player {
  private readonly volume: GainNode;
  private readonly decks = new Set<Deck>();
  private current: { readonly cue: Cue; readonly deck: Deck } | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly context: AudioContext) {
    this.volume = outputOf(context);
  }

  /** Lets the audio device start: browsers allow that only at a press. */
  wake(): void {
    if (this.context.state !== "running") this.context.resume().catch(leaveIt);
  }

  /** Plays what the cue says from now on; another song than before is gone over to. */
  follow(cue: Cue): void {
    this.wake();
    if (this.current && isSame(this.current.cue, cue)) this.current.deck.follow(cue);
    else this.change(cue);
    this.tick();
    this.timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS);
  }

  /** Whether what plays in `slot` is a recording that has just the beats left to make way. */
  isEnding(slot: number): boolean {
    if (this.current?.cue.push.slot !== slot) return false;
    const { cue, deck } = this.current;
    return deck.left_seconds < (ENDING_BEATS * 60) / cue.tempo;
  }

  /** Silent soon. */
  pause(): void {
    this.rest(PRESS_FADE_SECONDS);
  }

  /** Fades to silence. */
  end(): void {
    this.rest(CROSS_FADE_SECONDS);
  }

  /** 0 to 1; loudness is felt about as the square. */
  setVolume(share: number): void {
    this.volume.gain.setTargetAtTime(share * share, this.context.currentTime, 0.02);
  }

  close(): void {
    clearInterval(this.timer);
    for (const deck of this.decks) deck.remove();
    this.context.close().catch(leaveIt);
  }

  private rest(fade_seconds: number): void {
    if (!this.current) return;
    for (const deck of this.decks) deck.halt(fade_seconds);
    this.current = null;
  }

  private change(cue: Cue): void {
    const { context, volume: out, current } = this;
    const crossing = current && crossingOf(current.deck, cue, context.currentTime);
    const entry = crossing?.entry ?? enterAt(context.currentTime, PRESS_FADE_SECONDS);
    if (current && crossing) current.deck.leave(crossing.exit);
    const setting = { context, out, cue, entry };
    const deck = cue.recording ? new FileDeck(setting, cue.recording) : new SketchDeck(setting);
    this.decks.add(deck);
    this.current = { cue, deck };
  }

  private tick(): void {
    for (const deck of this.decks) {
      deck.schedule(this.context.currentTime + LOOKAHEAD_SECONDS);
      if (deck.sounds) continue;
      deck.remove();
      this.decks.delete(deck);
    }
    if (this.decks.size === 0) this.sleep();
  }

  private sleep(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.context.suspend().catch(leaveIt);
  }
}

/** How the song that plays makes way for the cue's. */
function crossingOf(deck: Deck, cue: Cue, now: number): Crossing {
  const bar = deck.nextBar(now + AHEAD_SECONDS);
  if (!bar || (cue.recording && !cue.recording.sound)) return crossFade(now);
  return !cue.recording || canHold(cue, bar.beats) ? blend(bar) : cut(bar);
}

/** A recording may come to hand while its sketch plays. */
function isSame(one: Cue, other: Cue): boolean {
  return one.push.slot === other.push.slot && (one.recording === null) === (other.recording === null);
}

/** The device is gone, or busy with a call: the next cue asks for it again. */
function leaveIt(): void {}
