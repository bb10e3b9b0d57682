import uPlot from "uplot";

import { type Band, type Columns, type Stretch, bar } from "../../workout/line";
import { feltTempo } from "../../workout/playlist";
import { duration } from "../../workout/words";

/** What the plot shows at one moment. */
export interface Drawn {
  readonly shown: Columns;
  readonly songs: readonly Band[];
  readonly stretch: Stretch;
  readonly values: [low: number, high: number];
  /** Where the time axis starts to count. */
  readonly origin_ms: number;
  readonly at_ms: number;
}

/** Kept free at the sides; the bands beneath line up with it, see `.bands` in the style. */
const LEFT = 36;
const RIGHT = 20;

/** Plots into `place`, in the colours of the style; `now` tells what to draw. */
export function createPlot(place: HTMLElement, now: () => Drawn): uPlot {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: colour("quiet"), font, ticks: { show: false } };
  return new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      padding: [8, RIGHT, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [now().stretch.from_ms, now().stretch.to_ms] },
        y: { range: () => now().values },
      },
      axes: [
        {
          ...axis,
          size: 24,
          space: 70,
          grid: { show: false },
          splits: () => timeMarks(now(), place.clientWidth),
          values: (_, marks) => marks.map((mark) => duration(mark - now().origin_ms)),
        },
        { ...axis, size: LEFT, gap: 6, space: 40, grid: { stroke: colour("line"), width: 1 } },
      ],
      series: [
        {},
        { stroke: colour("heart"), width: 1.25, points: { show: false } },
        { stroke: colour("ink"), width: 2.25, points: { show: false } },
      ],
      hooks: {
        drawAxes: [
          (plot) => {
            drawTempi(plot, now().songs, colour("tempo"));
            drawNow(plot, now().at_ms, colour("quiet"));
          },
        ],
      },
    },
    now().shown,
    place,
  );
}

const MINUTE_MS = 60_000;
const MARK_PIXELS = 80;

function timeMarks({ stretch, origin_ms }: Drawn, pixels: number): number[] {
  const length_ms = stretch.to_ms - stretch.from_ms;
  const minutes = [1, 2, 5, 10, 20, 30].find(
    (each) => (each * MINUTE_MS * pixels) / length_ms >= MARK_PIXELS,
  );
  const step_ms = (minutes ?? 60) * MINUTE_MS;
  const first = Math.ceil((stretch.from_ms - origin_ms) / step_ms);
  const last = Math.floor((stretch.to_ms - origin_ms) / step_ms);
  return Array.from({ length: last - first + 1 }, (_, n) => origin_ms + (first + n) * step_ms);
}

/** Each song's tempo, as long as it plays: the nearer to the average, the better it fits. */
function drawTempi(plot: uPlot, songs: readonly Band[], colour: string): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 5 * devicePixelRatio;
  ctx.lineCap = "round";
  ctx.globalAlpha = 0.75;
  const inset = 4 * devicePixelRatio;
  for (const { push, from_ms, to_ms } of songs) {
    const [from, to] = bar(plot.valToPos(from_ms, "x", true), plot.valToPos(to_ms, "x", true), inset);
    const y = plot.valToPos(feltTempo(push), "y", true);
    ctx.beginPath();
    ctx.moveTo(from, y);
    ctx.lineTo(to, y);
    ctx.stroke();
  }
  ctx.restore();
}

function drawNow(plot: uPlot, at_ms: number, colour: string): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(at_ms, "x", true));
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
