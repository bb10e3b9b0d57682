import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { type Band, type Columns, type Stretch, bar, lone } from "../../workout/line";
import { feltTempo } from "../../workout/playlist";
import { duration } from "../../workout/words";
import { type ZoneSpan, ZONES } from "../../workout/zone";

/** What the plot shows at one moment. */
export interface Drawn {
  readonly shown: Columns;
  readonly songs: readonly Band[];
  readonly stretch: Stretch;
  readonly values: [low: number, high: number];
  /** Where the time axis starts to count. */
  readonly origin_ms: number;
  /** Where to mark the workout's time; null where it is over, or lies after the stretch. */
  readonly now_ms: number | null;
  /** Where the zones lie; none while the settings are not known. */
  readonly zones: readonly ZoneSpan[];
}

/** Kept free at the sides; the bands beneath line up with it, see `.bands` in the style. */
const LEFT = 36;
const RIGHT = 20;

/** Plots into `place`, in the colours of the style; `now` tells what to draw. */
export function createPlot(place: HTMLElement, now: () => Drawn): uPlot {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${style.fontFamily}`;
  const fills = ZONES.map((zone) => colour(`fill-${zone}`));
  const words = ZONES.map((zone) => colour(`zone-${zone}`));
  const dots = (name: string): uPlot.Series.Points => ({
    show: false,
    size: 4,
    fill: colour(name),
    filter: (plot, series) => lone(Array.from(plot.data[series] ?? [])),
  });
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
        { stroke: colour("heart"), width: 1.5, points: dots("heart") },
        { stroke: colour("ink"), width: 2.25, points: dots("ink") },
      ],
      hooks: {
        drawClear: [
          (plot) => {
            drawZones(plot, now().zones, fills, words, font);
          },
        ],
        drawAxes: [
          (plot) => {
            drawTempi(plot, now().songs, colour("tempo"));
            drawNow(plot, now().now_ms, colour("quiet"));
          },
        ],
      },
    },
    now().shown,
    place,
  );
}

const ZONE_SHARE = 0.08;

/** The zones as bands behind everything, with their numbers at the side. */
function drawZones(
  plot: uPlot,
  zones: readonly ZoneSpan[],
  fills: readonly string[],
  words: readonly string[],
  font: string,
): void {
  const { ctx, bbox, scales } = plot;
  const { min, max } = scales["y"] ?? {};
  if (min == null || max == null) return;
  ctx.save();
  ctx.font = font.replace("12px", `bold ${12 * devicePixelRatio}px`);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { zone, from, to } of zones) {
    const [low, high] = [Math.max(from, min), Math.min(to, max)];
    if (low >= high) continue;
    const top = plot.valToPos(high, "y", true);
    const height = plot.valToPos(low, "y", true) - top;
    ctx.globalAlpha = ZONE_SHARE;
    ctx.fillStyle = fills[zone - 1] ?? "";
    ctx.fillRect(bbox.left, top, bbox.width, height);
    ctx.globalAlpha = 1;
    ctx.fillStyle = words[zone - 1] ?? "";
    if (height < 14 * devicePixelRatio) continue;
    ctx.fillText(String(zone), bbox.left + bbox.width + (RIGHT / 2) * devicePixelRatio, top + height / 2);
  }
  ctx.restore();
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

function drawNow(plot: uPlot, now_ms: number | null, colour: string): void {
  if (now_ms === null) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(now_ms, "x", true));
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
