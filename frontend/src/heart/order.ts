/** Puts the points of a file in order, also where its clock was set back. */
import type { Point } from "./points";

/** What steps back by less was only written in disorder. */
const STEP_BACK_MS = 120_000;
const HOUR_MS = 3_600_000;
/** Between two stretches of which nobody knows how far apart they are. */
const APART_MS = 1_000;

interface Stretch {
  readonly points: Point[];
  readonly from_ms: number;
  readonly to_ms: number;
}

/**
 * By their times; but a stretch that lies, by its clock, within what came before it in the file goes
 * after that: an hour later where that is enough, as clocks are set back by an hour each year.
 */
export function inOrder(points: readonly Point[]): Point[] {
  const placed: Stretch[] = [];
  for (const stretch of stretches(points)) placed.push(after(placed, stretch));
  return placed.sort((a, b) => a.from_ms - b.from_ms).flatMap((stretch) => stretch.points);
}

function stretches(points: readonly Point[]): Stretch[] {
  const out: Point[][] = [];
  let newest_ms = -Infinity;
  let stretch: Point[] = [];
  for (const point of points) {
    if (stretch.length === 0 || point[0] < newest_ms - STEP_BACK_MS) {
      stretch = [];
      out.push(stretch);
      newest_ms = -Infinity;
    }
    stretch.push(point);
    newest_ms = Math.max(newest_ms, point[0]);
  }
  return out.map((each) => stretchOf(each.sort(([a], [b]) => a - b)));
}

function stretchOf(points: Point[]): Stretch {
  return { points, from_ms: points[0]?.[0] ?? 0, to_ms: points.at(-1)?.[0] ?? 0 };
}

function after(placed: readonly Stretch[], stretch: Stretch): Stretch {
  const within = placed.filter(({ from_ms, to_ms }) => stretch.from_ms <= to_ms && stretch.to_ms >= from_ms);
  if (within.length === 0) return stretch;
  const until_ms = Math.max(...placed.map(({ to_ms }) => to_ms));
  const least_ms = until_ms + APART_MS - stretch.from_ms;
  const by_ms = least_ms <= HOUR_MS ? HOUR_MS : least_ms;
  return stretchOf(stretch.points.map(([at_ms, heart_rate]) => [at_ms + by_ms, heart_rate] as const));
}
