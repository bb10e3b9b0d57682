/** How one song makes way for the next: on one grid of beats, where both can keep to it. */

/** From one song to the next where no beats are known, and at the end of the last. */
export const CROSS_FADE_SECONDS = 2;
/** At a press: soon, and without a crack. */
export const PRESS_FADE_SECONDS = 0.1;
/** On the one, too short to blur its kick. */
const CUT_SECONDS = 0.005;
/** Beats that both songs share, at the tempo of the one that goes; then the bass is swapped. */
export const SHARED_BEATS = 4;
/** Beats in which the next song then comes to its own tempo. */
export const RAMP_BEATS = 4;

/** A bar of the song that goes, and one beat more. */
export interface Change {
  /** Its downbeat, on the audio clock. */
  readonly at: number;
  /** Seconds of each of its beats: `SHARED_BEATS`, and the one in which it dies away. */
  readonly beats: readonly number[];
}

/** How a song comes in. */
export interface Entry {
  /** On the audio clock. */
  readonly at: number;
  readonly fade_seconds: number;
  /** When its bass comes. */
  readonly bass_at: number;
  /** Whether its bar begins at `at`, rather than where the workout's clock has it. */
  readonly on_bar: boolean;
  /** Seconds of the first beats, which are those of the song that goes. */
  readonly held: readonly number[];
}

/** How a song goes: its bass at `at`, all of it within the fade. */
export interface Exit {
  /** On the audio clock. */
  readonly at: number;
  readonly fade_seconds: number;
}

export interface Crossing {
  readonly entry: Entry;
  readonly exit: Exit;
}

/** In at once, as at a press. */
export function enterAt(at: number, fade_seconds: number): Entry {
  return { at, fade_seconds, bass_at: at, on_bar: false, held: [] };
}

/** Both songs on the beats of the one that goes for a bar, then the bass is swapped. */
export function blend({ at, beats }: Change): Crossing {
  const held = beats.slice(0, SHARED_BEATS);
  const shared = sum(held);
  const swap_at = at + shared;
  return {
    entry: { at, fade_seconds: shared, bass_at: swap_at, on_bar: true, held },
    exit: { at: swap_at, fade_seconds: beats[SHARED_BEATS] ?? CROSS_FADE_SECONDS },
  };
}

/** From one song to the other on the one: for songs whose tempi are too far apart. */
export function cut({ at, beats }: Change): Crossing {
  return {
    entry: { at, fade_seconds: CUT_SECONDS, bass_at: at, on_bar: true, held: [] },
    exit: { at, fade_seconds: (beats[0] ?? CROSS_FADE_SECONDS) / 2 },
  };
}

/** Where the beats of the song that goes are not known. */
export function crossFade(at: number): Crossing {
  return {
    entry: enterAt(at, CROSS_FADE_SECONDS),
    exit: { at, fade_seconds: CROSS_FADE_SECONDS },
  };
}

/** Seconds of the beat `number` after a song came in with `held` beats, whose own last `own` seconds. */
export function beatAfterEntry(held: readonly number[], number: number, own: number): number {
  const theirs = held[number] ?? held.at(-1);
  if (theirs === undefined || number >= held.length + RAMP_BEATS) return own;
  return theirs * (own / theirs) ** (Math.max(0, number - held.length) / RAMP_BEATS);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
