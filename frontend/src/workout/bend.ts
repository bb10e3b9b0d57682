/** How a song's tempo follows the heart: recordings a little and slowly, sketches all the way. */
import type { SongPush } from "../wire/messages";

/** The whole way of 4 % takes 20 s, so that nobody notices it. */
const BEND_PER_SECOND = 0.002;
/** A sketch has no pitch to spoil: it follows as fast as a band that speeds up together. */
const SKETCH_PER_SECOND = 0.025;
/** The songs of the demo library exist by name only, so what is heard of them is made in the page. */
const SKETCHED = /^demo-\d+$/;

/** The next playback rate of the song of `push`, `elapsed_seconds` later; `target` as its own tempo counts. */
export function nextRate(push: SongPush, rate: number, target: number, elapsed_seconds: number): number {
  const { song, tempo_range } = push;
  if (!isSketch(song.id)) return playbackRate(rate, tempo_range, target, elapsed_seconds);
  return stepped(rate, target / middle(tempo_range), SKETCH_PER_SECOND * elapsed_seconds);
}

/** Whether the song is synthesized, so that it may be bent without a limit. */
export function isSketch(song_id: string): boolean {
  return SKETCHED.test(song_id);
}

/**
 * The next playback rate of a recording, pitch kept: a step from `rate` towards `target`.
 *
 * `tempo` is the range the song may be bent to, with its own tempo in the middle; `target` in beats
 * a minute. The same rule as `lambdas/domain/bend.py`: events/bends.json holds them equal.
 */
export function playbackRate(
  rate: number,
  tempo: readonly [slowest: number, fastest: number],
  target: number,
  elapsed_seconds: number,
): number {
  const wanted = Math.min(tempo[1], Math.max(tempo[0], target)) / middle(tempo);
  return stepped(rate, wanted, BEND_PER_SECOND * elapsed_seconds);
}

function middle([slowest, fastest]: readonly [slowest: number, fastest: number]): number {
  return (slowest + fastest) / 2;
}

function stepped(rate: number, wanted: number, step: number): number {
  return Math.min(rate + step, Math.max(rate - step, wanted));
}
