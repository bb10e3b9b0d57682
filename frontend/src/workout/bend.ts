/** The whole way of 4 % takes 20 s, so that nobody notices it. */
const BEND_PER_SECOND = 0.002;

/**
 * The next playback rate of a song, pitch kept: a step from `rate` towards `target`.
 *
 * `tempo` is the range the song may be bent to, with its own tempo in the middle; `target` in beats
 * a minute. The same rule as `lambdas/domain/bend.py`: events/bends.json holds them equal.
 */
export function playbackRate(
  rate: number,
  [slowest, fastest]: readonly [slowest: number, fastest: number],
  target: number,
  elapsed_seconds: number,
): number {
  const own = (slowest + fastest) / 2;
  const wanted = Math.min(fastest, Math.max(slowest, target)) / own;
  const step = BEND_PER_SECOND * elapsed_seconds;
  return Math.min(rate + step, Math.max(rate - step, wanted));
}
