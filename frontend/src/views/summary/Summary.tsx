import { useEffect, useMemo, useRef } from "react";

import { rangeOf, zoneWords, ZONES } from "../../workout/zone";
import type { Sample } from "../../wire/messages";
import { csvOf, fileName, tcxOf } from "../../workout/export";
import type { State } from "../../session/store";
import { type Summary as Figures, type SongFit, samplesOf, summaryOf } from "../../workout/summary";
import { duration } from "../../workout/words";
import { Chart } from "../chart/Chart";
import { FitWords } from "../song/Fit";
import { Press } from "../Press";
import { zoneColour } from "../heart/ZoneBar";
import "./Summary.css";

export interface Props {
  /** The workout as it was when it ended, at `at_ms`. */
  readonly state: State;
  readonly at_ms: number;
  /** What this device measured, oldest first. */
  readonly measured: readonly Sample[];
  readonly onBack: () => void;
}

/** What the workout was: its figures, its songs, and files of it. */
export function Summary({ state, at_ms, measured, onBack }: Props) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus();
    window.scrollTo(0, 0);
  }, []);
  const songs = useMemo(
    () => state.songs.filter(({ starts_at_ms }) => starts_at_ms <= at_ms),
    [state.songs, at_ms],
  );
  const samples = useMemo(() => samplesOf(state, measured), [state, measured]);
  const figures = state.settings && summaryOf(samples, songs, rangeOf(state.settings));
  const cut = state.settings?.responsive ? "Cut short" : "Skipped";
  return (
    <main className="summary">
      <h1 ref={head} tabIndex={-1}>
        Your workout
      </h1>
      {figures ? (
        <>
          <Totals figures={figures} cut={cut} />
          <Zones figures={figures} />
          <Chart
            trace={state.trace}
            session={state.session}
            songs={songs}
            settings={state.settings}
            at_ms={at_ms}
            whole
          />
          <Songs figures={figures} cut={cut} />
        </>
      ) : (
        <p className="card">There is no heart rate in this workout yet, so there is nothing to sum up.</p>
      )}
      <div className="buttons">
        <Press off={false} onPress={onBack}>
          Back to the workout
        </Press>
        {figures && (
          <>
            <Press
              off={false}
              onPress={() => {
                const text = tcxOf(figures, samples);
                save(text, "application/vnd.garmin.tcx+xml", fileName(figures.started_ms, "tcx"));
              }}
            >
              Download as TCX
            </Press>
            <Press
              off={false}
              onPress={() => {
                const text = csvOf(samples, state.trace, songs);
                save(text, "text/csv", fileName(figures.started_ms, "csv"));
              }}
            >
              Download as CSV
            </Press>
          </>
        )}
      </div>
    </main>
  );
}

interface Part {
  readonly figures: Figures;
  /** What happened to a song that made way before its end. */
  readonly cut: string;
}

function Totals({ figures, cut }: Part) {
  return (
    <div className="card totals">
      <dl>
        <Total name="Duration" value={duration(figures.duration_ms)} />
        <Total name="Average heart rate" value={Math.round(figures.average)} />
        <Total name="Highest heart rate" value={Math.round(figures.maximum)} />
        <Total name="Songs" value={figures.songs.length} />
        <Total name={cut} value={figures.skips} />
      </dl>
      {figures.holes_ms > 0 && (
        <p>No heart rate is known for {duration(figures.holes_ms)} of it. That time counts in no zone.</p>
      )}
    </div>
  );
}

function Total({ name, value }: { readonly name: string; readonly value: string | number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Time in each zone; the longest bar is the zone with the most of it. */
function Zones({ figures: { zones_ms } }: { readonly figures: Figures }) {
  const most_ms = Math.max(1, ...Object.values(zones_ms));
  return (
    <section className="card zones" aria-labelledby="zones">
      <h2 id="zones">Time in each zone</h2>
      <ul>
        {ZONES.map((zone) => (
          <li key={zone} data-zone={zone} style={zoneColour(zone)}>
            <span>{zoneWords(zone)}</span>
            <i style={{ width: `${(zones_ms[zone] / most_ms) * 100}%` }} />
            <b>{duration(zones_ms[zone])}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Songs({ figures: { songs, best, worst }, cut }: Part) {
  const marks = (song: SongFit) => [
    ...(song.skipped ? [cut.toLowerCase()] : []),
    ...(song === best ? ["fitted best"] : []),
    ...(song === worst ? ["fitted worst"] : []),
  ];
  if (songs.length === 0) return <p className="card">No song played in it.</p>;
  return (
    <section className="card fits" aria-labelledby="fits">
      <h2 id="fits">Songs and how they fitted</h2>
      <p className="hint">
        How far each song&rsquo;s tempo was, as heard, from your heart rate while it played; in modes other
        than Pulse, from the target.
      </p>
      <ol>
        {songs.map((song) => (
          <li key={song.push.slot} data-slot={song.push.slot}>
            <p className="title">
              {song.push.song.title}{" "}
              {marks(song).map((mark) => (
                <span key={mark} className="mark">
                  {mark}
                </span>
              ))}
            </p>
            <p className="artist">
              {song.push.song.artist}, {duration(song.played_ms)}
            </p>
            {song.distance === null ? <p className="fit">Fit unknown</p> : <FitWords distance={song.distance} push={song.push} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Hands `text` to the browser as a file. */
function save(text: string, type: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, KEPT_MS);
}

/** Until the browser has surely read the file. */
const KEPT_MS = 60_000;
