/** Plays the song that plays by the page's clock, at the tempo it is heard at. */
import { type Cue, type Deck, SketchDeck } from "./deck";
import { FileDeck } from "./fileDeck";

/** From one song to the next, and at the end of the last. */
export const CROSS_FADE_SECONDS = 2;
/** At a press: soon, and without a crack. */
export const PRESS_FADE_SECONDS = 0.1;
const TICK_MS = 250;
/** Timers of a page in the background may come but once a second. */
export const LOOKAHEAD_SECONDS = 1.5;

/** Resting until the first `follow`; after `rest` the audio device is let go. */
export class Player {
  private readonly volume: GainNode;
  private readonly decks = new Set<Deck>();
  private current: (Pick<Cue, "push" | "file"> & { readonly deck: Deck }) | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly context: AudioContext) {
    this.volume = context.createGain();
    const limiter = context.createDynamicsCompressor();
    this.volume.connect(limiter);
    limiter.connect(context.destination);
  }

  /** Lets the audio device start: browsers allow that only at a press. */
  wake(): void {
    if (this.context.state !== "running") this.context.resume().catch(leaveIt);
  }

  /** Plays what the cue says from now on; another song than before is faded over to. */
  follow(cue: Cue): void {
    this.wake();
    if (this.current && isSame(this.current, cue)) this.current.deck.follow(cue);
    else this.change(cue);
    this.tick();
    this.timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS);
  }

  /** Fades to silence. */
  rest(fade_seconds: number): void {
    this.current?.deck.leave(fade_seconds);
    this.current = null;
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

  private change(cue: Cue): void {
    const { push, file } = cue;
    const fade_seconds = this.current ? CROSS_FADE_SECONDS : PRESS_FADE_SECONDS;
    this.rest(fade_seconds);
    const deck = file
      ? new FileDeck(this.context, this.volume, cue, file, fade_seconds)
      : new SketchDeck(this.context, this.volume, cue, fade_seconds);
    this.decks.add(deck);
    this.current = { push, file, deck };
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

/** A recording may come to hand while its sketch plays. */
function isSame(one: Pick<Cue, "push" | "file">, other: Cue): boolean {
  return one.push.slot === other.push.slot && (one.file === null) === (other.file === null);
}

/** The device is gone, or busy with a call: the next cue asks for it again. */
function leaveIt(): void {}
