/** What the playing song sounds like, bent towards the target. */
import { nextRate } from "./bend";
import type { SongPush } from "../wire/messages";
import { feltTempo } from "./playlist";
import { type Effort, targetNow } from "./target";

/** The playback rate of the song of `slot` at `at_ms` of the workout. */
export interface Heard {
  readonly slot: number;
  readonly rate: number;
  readonly at_ms: number;
}

/** What the bending goes by: `heard` is how it was so far. */
interface Listening extends Effort {
  readonly heard: Heard | null;
}

/** How `push` sounds at `at_ms` of the workout; a song starts at its own tempo. */
export function heardNow(listening: Listening, push: SongPush, at_ms: number): Heard {
  const { slot, starts_at_ms, why } = push;
  const before =
    listening.heard?.slot === slot ? listening.heard : { rate: 1, at_ms: starts_at_ms };
  const elapsed_seconds = Math.max(0, at_ms - before.at_ms) / 1000;
  const target = targetNow(listening, push) / why.octave;
  return {
    slot,
    rate: nextRate(push, before.rate, target, elapsed_seconds),
    at_ms: Math.max(at_ms, before.at_ms),
  };
}

/** Beats a minute as they are felt at this playback rate. */
export function heardTempo(push: SongPush, { rate }: Heard): number {
  return feltTempo(push) * rate;
}
