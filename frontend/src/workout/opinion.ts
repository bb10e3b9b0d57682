/** What the athlete thinks of a song, as far as the server has said so. */
import { TEMPO } from "../wire/limits";
import type { Opinion, SongPush } from "../wire/messages";

/** Less than this is rounding, not a correction; beats a minute. */
const SAME_TEMPO = 0.05;

/** What the server keeps of this song: the newest it said, else what came with the song. */
export function opinionOf(push: SongPush, opinions: ReadonlyMap<string, Opinion>): Opinion {
  return opinions.get(push.song.id) ?? push.opinion;
}

/** The tempo to send so that the song counts as `tempo`: null where the library says so already. */
export function correction({ song }: SongPush, tempo: number): number | null {
  return Math.abs(tempo - song.tempo) < SAME_TEMPO ? null : tempo;
}

/** Whether the server takes this tempo. */
export function isTempo(tempo: number): boolean {
  return tempo >= TEMPO.low && tempo <= TEMPO.high;
}
