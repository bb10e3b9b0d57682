import { memo, useEffect, useMemo, useRef } from "react";
import type uPlot from "uplot";

import { type Band, bands, columns, ofSession, shownStretch, shownValues, wholeStretch } from "../../workout/line";
import type { SongPush, TracePoint } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";
import type { State } from "../../session/store";
import { workoutTime } from "../../workout/clock";
import { useDark, useTick } from "../hooks";
import { type Drawn, createPlot } from "./plot";
import { description } from "./words";
import "./Chart.css";

interface Props extends Pick<State, "trace" | "session" | "songs"> {
  /** The workout's time at the chart's right end, epoch ms. */
  readonly at_ms: number;
  /** Whether to show all of the workout, and not only its newest minutes. */
  readonly whole?: boolean;
}

/** The chart of the newest minutes, which moves on every second. */
export function LiveChart({ state }: { readonly state: State }) {
  const { arrivals, trace, session, songs } = state;
  const second_ms = useTick((now_ms) => {
    const at_ms = workoutTime(arrivals, now_ms);
    return at_ms === null ? null : Math.floor(at_ms / 1000) * 1000;
  });
  if (second_ms === null) return null;
  return <Chart trace={trace} session={session} songs={songs} at_ms={second_ms} />;
}

/** Heart rate and average over time, with each song's tempo among them and its name beneath. */
export const Chart = memo(function Chart({ trace, session, songs, at_ms, whole = false }: Props) {
  const drawn = useMemo(
    () => drawnOf(ofSession(trace, session), songs, at_ms, whole),
    [trace, session, songs, at_ms, whole],
  );
  if (!drawn) return null;
  return (
    <section className="chart card" aria-labelledby="chart">
      <h2 id="chart">Heart rate and songs</h2>
      <ul className="legend" aria-hidden="true">
        <li className="heart-line">heart rate</li>
        <li className="average-line">average</li>
        <li className="tempo-line">tempo of the song</li>
      </ul>
      <Plot drawn={drawn} />
      <Songs songs={drawn.songs} />
    </section>
  );
});

function drawnOf(
  trace: readonly TracePoint[],
  songs: readonly SongPush[],
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
  return { shown, songs: shownSongs, stretch, origin_ms: first.at_ms, at_ms, values };
}

function Plot({ drawn }: { readonly drawn: Drawn }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const now = useRef(drawn);
  const dark = useDark();

  useEffect(() => {
    const into = place.current;
    if (!into) return;
    const created = createPlot(into, () => now.current);
    plot.current = created;
    const resized = new ResizeObserver(() => {
      created.setSize({ width: into.clientWidth, height: into.clientHeight });
    });
    resized.observe(into);
    return () => {
      resized.disconnect();
      created.destroy();
    };
  }, [dark]);

  useEffect(() => {
    now.current = drawn;
    plot.current?.setData(drawn.shown);
  }, [drawn]);

  return <div className="plot" ref={place} role="img" aria-label={description(drawn)} />;
}

/** The same songs stand in the list as text, so a screen reader need not hear them here. */
function Songs({ songs }: { readonly songs: readonly Band[] }) {
  return (
    <ol className="bands" aria-hidden="true">
      {songs.map(({ push, left, width }) => (
        <li
          key={push.slot}
          style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
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
