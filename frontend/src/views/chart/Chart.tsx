import { memo, useEffect, useId, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";

import { type Band, bands, columns, ofSession, shownStretch, shownValues, wholeStretch } from "../../workout/line";
import type { SongPush, TracePoint } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";
import type { State } from "../../session/store";
import { workoutTime } from "../../workout/clock";
import { rangeOf, zoneSpans } from "../../workout/zone";
import { useDark, useTick } from "../hooks";
import type { Drawn } from "./plot";
import { description } from "./words";
import "./Chart.css";

interface Props extends Pick<State, "trace" | "session" | "songs"> {
  /** What the zones go by. */
  readonly settings: Parameters<typeof rangeOf>[0] | null;
  /** The workout's time at the chart's right end, epoch ms. */
  readonly at_ms: number;
  /** Whether to show all of the workout, and not only its newest minutes. */
  readonly whole?: boolean;
}

/** The chart of the newest minutes, which moves on every second. */
export function LiveChart({ state }: { readonly state: State }) {
  const { arrivals, trace, session, songs, settings } = state;
  const second_ms = useTick((now_ms) => {
    const at_ms = workoutTime(arrivals, now_ms);
    return at_ms === null ? null : Math.floor(at_ms / 1000) * 1000;
  });
  if (second_ms === null) return null;
  return <Chart {...{ trace, session, songs, settings }} at_ms={second_ms} />;
}

/** Heart rate and average over time, with each song's tempo among them and its name beneath. */
export const Chart = memo(function Chart({ trace, session, songs, settings, at_ms, whole = false }: Props) {
  const id = useId();
  const drawn = useMemo(
    () => drawnOf(ofSession(trace, session), songs, settings, at_ms, whole),
    [trace, session, songs, settings, at_ms, whole],
  );
  if (!drawn) return null;
  return (
    <section className="chart card" aria-labelledby={id}>
      <h2 id={id}>Heart rate and songs</h2>
      <ul className="legend" aria-hidden="true">
        <li className="heart-line">heart rate</li>
        <li className="average-line">average</li>
        <li className="tempo-line">tempo of the song</li>
        {drawn.zones.length > 0 && <li className="zone-band">zones 1 to 5</li>}
      </ul>
      <Plot drawn={drawn} />
      <Songs songs={drawn.songs} />
    </section>
  );
});

function drawnOf(
  trace: readonly TracePoint[],
  songs: readonly SongPush[],
  settings: Props["settings"],
  at_ms: number,
  whole: boolean,
): Drawn | null {
  const first = trace[0];
  if (!first) return null;
  const stretch = whole ? wholeStretch(trace, at_ms) : shownStretch(trace, at_ms);
  const shown = columns(trace, stretch);
  const shownSongs = bands(songs, stretch);
  const tempi = shownSongs.map(({ push }) => feltTempo(push));
  const values = shownValues(shown, tempi);
  const zones = settings ? zoneSpans(rangeOf(settings)) : [];
  const now_ms = whole || at_ms > stretch.to_ms ? null : at_ms;
  return { shown, songs: shownSongs, stretch, origin_ms: first.at_ms, now_ms, values, zones };
}

function Plot({ drawn }: { readonly drawn: Drawn }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const now = useRef(drawn);
  const dark = useDark();
  const [drawing, setDrawing] = useState<Drawing>(null);

  useEffect(() => {
    const leaving = new AbortController();
    void drawingTools().then((loaded) => {
      if (!leaving.signal.aborted) setDrawing(loaded);
    });
    return () => {
      leaving.abort();
    };
  }, []);

  useEffect(() => {
    const into = place.current;
    if (!into || !drawing || drawing === "missing") return;
    const created = drawing.createPlot(into, () => now.current);
    plot.current = created;
    const resized = new ResizeObserver(() => {
      created.setSize({ width: into.clientWidth, height: into.clientHeight });
    });
    resized.observe(into);
    return () => {
      resized.disconnect();
      created.destroy();
    };
  }, [dark, drawing]);

  useEffect(() => {
    now.current = drawn;
    plot.current?.setData(drawn.shown);
  }, [drawn]);

  return (
    <>
      {drawing === "missing" && <p className="problem">{MISSING}</p>}
      <div className="plot" ref={place} role="img" aria-label={description(drawn)} />
    </>
  );
}

/** What draws: null while it is on its way, which leaves the chart its place. */
type Drawing = typeof import("./plot") | "missing" | null;

/** Loaded when there is something to draw. */
function drawingTools(): Promise<NonNullable<Drawing>> {
  return import("./plot").catch(() => "missing" as const);
}

const MISSING = "The chart could not be loaded. Load the page again when there is a network.";

/** The same songs stand in the list as text, so a screen reader need not hear them here. */
function Songs({ songs }: { readonly songs: readonly Band[] }) {
  return (
    <ol className="bands" aria-hidden="true">
      {songs.map(({ push, left, width }) => (
        <li
          key={push.slot}
          style={{ left: `${left * 100}%`, width: `max(3px, ${width * 100}% - 2px)` }}
          title={`${push.song.title}, ${push.song.artist}, tempo ${Math.round(feltTempo(push))}`}
        >
          <span>
            <b>{Math.round(feltTempo(push))}</b> {push.song.title}
          </span>
        </li>
      ))}
    </ol>
  );
}
