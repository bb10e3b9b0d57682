/** When the beats of a sketch fall: each once, its length decided as it is told. */
import { BEATS_IN_BAR, beatSeconds } from "./beat";
import { type Change, SHARED_BEATS, beatAfterEntry } from "./change";

/** More than are told ahead of their time, at any tempo. */
const KEPT = 32;

/** A beat of a song, counted from 0, on the audio clock. */
export interface Beat {
  readonly number: number;
  readonly at: number;
  readonly seconds: number;
}

export class Beats {
  /** Of late, oldest first. */
  private told: readonly Beat[] = [];

  /** The first beat is `number`, at `at`; `held` are the lengths of the first ones. */
  constructor(
    private number: number,
    private at: number,
    private readonly held: readonly number[],
    private since_entry = 0,
  ) {}

  /** When the next beat falls. */
  get next_at(): number {
    return this.at;
  }

  /** The next beat, as long as at `tempo`, or as the song before it was. */
  tell(tempo: number): Beat {
    const seconds = beatAfterEntry(this.held, this.since_entry, beatSeconds(tempo));
    const beat = { number: this.number, at: this.at, seconds };
    this.told = [...this.told.slice(1 - KEPT), beat];
    this.number += 1;
    this.since_entry += 1;
    this.at += seconds;
    return beat;
  }

  /** The first bar from `after` on, where `tempo` is held from now on. */
  nextBar(after: number, tempo: number): Change {
    const ahead = new Beats(this.number, this.at, this.held, this.since_entry);
    let bar: readonly Beat[] = [];
    const take = (beat: Beat) => {
      const begins = beat.number % BEATS_IN_BAR === 0 && beat.at >= after;
      if (bar.length > 0 || begins) bar = [...bar, beat];
    };
    this.told.forEach(take);
    while (bar.length <= SHARED_BEATS) take(ahead.tell(tempo));
    const [downbeat] = bar;
    return {
      at: downbeat?.at ?? after,
      beats: bar.slice(0, SHARED_BEATS + 1).map(({ seconds }) => seconds),
    };
  }
}

/** Of a song that comes in on a bar: its own first one from `place` beats on. */
export function barFrom(place: number): number {
  return Math.ceil(place / BEATS_IN_BAR) * BEATS_IN_BAR;
}
