import { useEffect, useRef } from "react";
import type uPlot from "uplot";

import { type Band, bands, columns, ofSession, shownStretch, shownValues, wholeStretch } from "../../workout/line";
import { feltTempo } from "../../workout/playlist";
import type { State } from "../../workout/store";
import { duration } from "../../workout/words";
import { useDark } from "../hooks";
import { type Drawn, createPlot } from "./plot";

interface Props {
  readonly state: State;
  readonly at_ms: number | null;
  /** Whether to show all of the workout, and not only its newest minutes. */
  readonly whole?: boolean;
}

/** Heart rate and average over time, with each song's tempo among them and its name beneath. */
export function Chart({ state, at_ms, whole = false }: Props) {
  const trace = ofSession(state.trace, state.session);
  const first = trace[0];
  if (at_ms === null || !first) return null;
  const second_ms = Math.floor(at_ms / 1000) * 1000;
  const stretch = whole ? wholeStretch(trace, second_ms) : shownStretch(trace, second_ms);
  const shown = columns(trace, stretch);
  const songs = bands(state.songs, stretch);
  return (
    <section className="chart card" aria-labelledby="chart">
      <h2 id="chart">Heart rate and songs</h2>
      <ul className="legend" aria-hidden="true">
        <li className="heart-line">heart rate</li>
        <li className="average-line">average</li>
        <li className="tempo-line">tempo of the song</li>
      </ul>
      <Plot
        drawn={{
          shown,
          songs,
          stretch,
          origin_ms: first.at_ms,
          at_ms: second_ms,
          values: shownValues(
            shown,
            songs.map(({ push }) => feltTempo(push)),
          ),
        }}
      />
      <Songs songs={songs} />
    </section>
  );
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
  });

  return <div className="plot" ref={place} role="img" aria-label={description(drawn)} />;
}

function description({ shown, songs, stretch }: Drawn): string {
  const heartRates = shown[1].filter((value) => value !== null);
  return (
    `Heart rate between ${Math.round(Math.min(...heartRates))} and ` +
    `${Math.round(Math.max(...heartRates))} over ${duration(stretch.to_ms - stretch.from_ms)} minutes, ${songs.length} songs.`
  );
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
