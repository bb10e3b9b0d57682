/** Plays the sketch of the song that plays by the page's clock, at the tempo it is heard at. */
import { Deck } from "./deck";
import type { SongPush } from "./messages";
import { sketch } from "./music";
import { feltTempo } from "./playlist";

/** What is to be heard at a moment. */
export interface Cue {
  readonly push: SongPush;
  /** Beats a minute, bent. */
  readonly tempo: number;
  /** The workout's time. */
  readonly at_ms: number;
}

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
  private current: { readonly slot: number; readonly deck: Deck } | null = null;
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
    if (this.current?.slot === cue.push.slot) this.current.deck.tempo = cue.tempo;
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
    this.context.close().catch(leaveIt);
  }

  private change({ push, tempo, at_ms }: Cue): void {
    const fade_seconds = this.current ? CROSS_FADE_SECONDS : PRESS_FADE_SECONDS;
    this.rest(fade_seconds);
    const minutes = Math.max(0, at_ms - push.starts_at_ms) / 60_000;
    const place = {
      sketch: sketch(push.song.id, feltTempo(push)),
      tempo,
      beat: minutes * feltTempo(push),
    };
    const deck = new Deck(this.context, this.volume, place, fade_seconds);
    this.decks.add(deck);
    this.current = { slot: push.slot, deck };
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

/** The device is gone, or busy with a call: the next cue asks for it again. */
function leaveIt(): void {}
