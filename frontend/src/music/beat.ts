/** One beat of a song that the page makes itself. */
import { TEMPO } from "../wire/limits";

export const BEATS_IN_BAR = 4;
/** Half of the slowest and double the fastest song; beyond, a wrong message would stop the page. */
const SLOWEST = TEMPO.low / 2;
const FASTEST = TEMPO.high * 2;

/** Seconds of a beat at `tempo`: beat n of a song is n of these after its start. */
export function beatSeconds(tempo: number): number {
  return 60 / Math.min(FASTEST, Math.max(SLOWEST, tempo));
}
