/** What the chart shows: a stretch of the workout, its lines, and its songs. */
import type { SongPush, TracePoint } from "../wire/messages";
import { endOf } from "./playlist";

/** A stretch of the workout, epoch ms. */
export interface Stretch {
  readonly from_ms: number;
  readonly to_ms: number;
}

const SHOWN_MS = 8 * 60_000;
const AT_LEAST_MS = 3 * 60_000;
/** Room for what is known of the future: the rest of this song, and the next. */
const AHEAD_MS = 45_000;
/** A longer silence is a hole: the running average starts anew, and it counts in no zone and for no song. */
export const HOLE_MS = 30_000;
const MARGIN = 6;
const AT_LEAST_HIGH = 40;

/** Averages are made a little before the session that they start. */
const BEFORE_SESSION_MS = 30_000;

/** The points of this session; the server may know those of an earlier one too. */
export function ofSession(
  trace: readonly TracePoint[],
  session: number | null,
): readonly TracePoint[] {
  return trace.filter(({ at_ms }) => isOfSession(at_ms, session));
}

/** Whether a time is in this session; all are while none is known. */
export function isOfSession(at_ms: number, session: number | null): boolean {
  return session === null || at_ms >= session - BEFORE_SESSION_MS;
}

/** The newest minutes, from the first point on; who has stopped stays in sight. */
export function shownStretch(trace: readonly TracePoint[], at_ms: number): Stretch {
  const first_ms = trace[0]?.at_ms ?? at_ms;
  const now_ms = Math.min(at_ms, (trace.at(-1)?.at_ms ?? at_ms) + HOLE_MS);
  const to_ms = Math.max(now_ms + AHEAD_MS, first_ms + AT_LEAST_MS);
  return { from_ms: Math.max(first_ms, to_ms - SHOWN_MS), to_ms };
}

/** All of the workout, from its first heart rate to its last. */
export function wholeStretch(trace: readonly TracePoint[], at_ms: number): Stretch {
  const from_ms = trace[0]?.at_ms ?? at_ms;
  return { from_ms, to_ms: Math.max(Math.min(at_ms, trace.at(-1)?.at_ms ?? at_ms), from_ms + 1000) };
}

/** However dense the points are, this is no break. */
const DENSE_MS = 12_000;
const TIMES_APART = 2.5;

/** A longer silence breaks the line: it joins no lone point after a gap, as sparse as points may be. */
function breakOf(trace: readonly TracePoint[]): number {
  const steps = trace.slice(1).map(({ at_ms }, index) => at_ms - (trace[index]?.at_ms ?? at_ms));
  const median_ms = steps.sort((a, b) => a - b)[steps.length >> 1] ?? HOLE_MS;
  return Math.min(HOLE_MS, Math.max(DENSE_MS, TIMES_APART * median_ms));
}

export type Columns = [at_ms: number[], heart_rate: (number | null)[], average: (number | null)[]];

/** The points of `stretch` as columns, with an empty one in every hole. */
export function columns(trace: readonly TracePoint[], stretch: Stretch): Columns {
  const out: Columns = [[], [], []];
  const put = (at_ms: number, heart_rate: number | null, average: number | null) => {
    out[0].push(at_ms);
    out[1].push(heart_rate);
    out[2].push(average);
  };
  const break_ms = breakOf(trace);
  let before: TracePoint | null = null;
  for (const [index, point] of trace.entries()) {
    const { at_ms, heart_rate, average } = point;
    if (at_ms < stretch.from_ms - HOLE_MS || isMad(before, point, trace[index + 1])) continue;
    if (before && at_ms - before.at_ms > break_ms) put(before.at_ms + 1, null, null);
    put(at_ms, heart_rate, average);
    before = point;
  }
  return out;
}

/** More between two points that are seconds apart is the strap's doing, beats a minute. */
const MAD = 30;

/** Whether a point is far above or far below those before and after it; the newest waits for the next. */
function isMad(before: TracePoint | null, here: TracePoint, after: TracePoint | undefined): boolean {
  if (!before || (after ?? here).at_ms - before.at_ms > HOLE_MS) return false;
  const up = here.heart_rate - before.heart_rate;
  const down = after ? here.heart_rate - after.heart_rate : up;
  return Math.min(up, down) > MAD || Math.max(up, down) < -MAD;
}

/** Where a value has no neighbour, so that no line would show it. */
export function lone(values: readonly (number | null | undefined)[]): number[] {
  return values.flatMap((value, index) =>
    value != null && values[index - 1] == null && values[index + 1] == null ? [index] : [],
  );
}

/** A song as a band over time; `left` and `width` are shares of the stretch. */
export interface Band {
  readonly push: SongPush;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly left: number;
  readonly width: number;
}

/** The songs heard, or about to be, in `stretch`. */
export function bands(songs: readonly SongPush[], stretch: Stretch): readonly Band[] {
  const length_ms = stretch.to_ms - stretch.from_ms;
  return songs
    .map((push, index) => {
      const from_ms = Math.max(push.starts_at_ms, stretch.from_ms);
      const to_ms = Math.min(endOf(songs, index), stretch.to_ms);
      const left = (from_ms - stretch.from_ms) / length_ms;
      return { push, from_ms, to_ms, left, width: (to_ms - from_ms) / length_ms };
    })
    .filter((band) => band.width > 0);
}

/** A bar from `from` to `to`, pixels, kept apart from its neighbours where it is long enough, and never lost. */
export function bar(from: number, to: number, apart: number): [from: number, to: number] {
  const inset = Math.max(0, Math.min(apart, (to - from - 1) / 2));
  return [from + inset, Math.max(from + inset + 1, to - inset)];
}

/** The lowest and highest value to show, with air around the lines and the tempi. */
export function shownValues(shown: Columns, tempi: readonly number[]): [low: number, high: number] {
  const values = [...shown[1], ...shown[2], ...tempi].filter((value) => value !== null);
  if (values.length === 0) return [60, 180];
  const low = Math.min(...values) - MARGIN;
  const high = Math.max(...values) + MARGIN;
  const air = Math.max(0, (AT_LEAST_HIGH - (high - low)) / 2);
  return [Math.floor(low - air), Math.ceil(high + air)];
}
