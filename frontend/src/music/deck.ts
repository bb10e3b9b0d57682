/** One song's music on the audio clock, which is counted in seconds. */
import type { SongPush } from "../wire/messages";
import type { Zone } from "../workout/zone";
import type { Change, Entry, Exit } from "./change";
import type { Recording } from "./recordings";

/** What is to be heard at a moment. */
export interface Cue {
  readonly push: SongPush;
  /** Beats a minute, bent. */
  readonly tempo: number;
  /** The workout's time. */
  readonly at_ms: number;
  /** How hard the person works. */
  readonly zone: Zone;
  /** Null where there is none, so that a sketch is made. */
  readonly recording: Recording | null;
}

/** Plays one song from a place in it until it is faded out. */
export interface Deck {
  /** Whether the music still sounds, or will. */
  readonly sounds: boolean;
  /** Seconds until it runs out; Infinity where it does not. */
  readonly left_seconds: number;
  /** Goes on as the cue says. */
  follow(cue: Cue): void;
  /** Tells the audio clock what comes up to `until`. */
  schedule(until: number): void;
  /** Its first bar from `after` on, as long as a change; null where its beats are not known, or end. */
  nextBar(after: number): Change | null;
  /** Makes way for the next song, once. */
  leave(exit: Exit): void;
  /** Is silent after so many seconds, whatever it is about. */
  halt(fade_seconds: number): void;
  /** Takes it off the output. */
  remove(): void;
}

/** What a deck is made of. */
export interface Setting {
  readonly context: AudioContext;
  readonly out: AudioNode;
  readonly cue: Cue;
  readonly entry: Entry;
}

/** Seconds since the song's start. */
export function placeOf({ push, at_ms }: Cue): number {
  return Math.max(0, at_ms - push.starts_at_ms) / 1000;
}
