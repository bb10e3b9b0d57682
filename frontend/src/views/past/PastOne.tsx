import { useEffect, useMemo, useState } from "react";

import type { PastAsks } from "../../session/gathering";
import { sentenceOf } from "../../session/questions";
import type { PastSongs } from "../../wire/messages";
import { clockOf, dayOf } from "../../workout/days";
import { figuresOf, pushOf, samplesOfPlays, traceOfSamples } from "../../workout/past";
import { Chart } from "../chart/Chart";
import { Downloads } from "../summary/Downloads";
import { Songs, Totals, Zones } from "../summary/Figures";
import { Press } from "../Press";

interface Props {
  readonly asks: PastAsks;
  readonly session: number;
}

type Read = PastSongs | { readonly sentence: string } | null;

/** One past workout as a summary. */
export function PastOne({ asks, session }: Props) {
  const [read, setRead] = useState<Read>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    asks.past(session).then(
      (past) => {
        if (!leaving.signal.aborted) setRead(past);
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) setRead({ sentence: sentenceOf(error) });
      },
    );
    return () => {
      leaving.abort();
    };
  }, [asks, session, turn]);
  if (read === null) return <p className="hint" role="status">Loading…</p>;
  if ("sentence" in read) {
    return (
      <>
        <p className="problem" role="alert">
          {read.sentence}
        </p>
        <div className="buttons">
          <Press
            off={false}
            onPress={() => {
              setRead(null);
              setTurn(turn + 1);
            }}
          >
            Try again
          </Press>
        </div>
      </>
    );
  }
  return <Summed past={read} />;
}

function Summed({ past }: { readonly past: PastSongs }) {
  const { workout, plays } = past;
  const { session, ends_at_ms, fit, resting_heart_rate, max_heart_rate } = workout;
  const figures = useMemo(() => figuresOf(past), [past]);
  const samples = useMemo(() => samplesOfPlays(plays), [plays]);
  const trace = useMemo(() => traceOfSamples(samples), [samples]);
  const songs = useMemo(() => plays.map((play) => pushOf(play, session)), [plays, session]);
  const settings = useMemo(
    () => ({ resting_heart_rate, max_heart_rate, age: 0 }),
    [resting_heart_rate, max_heart_rate],
  );
  return (
    <div className="summary">
      <p className="past-when">
        {dayOf(session)}, {clockOf(session)} to {clockOf(ends_at_ms)}
      </p>
      {figures ? (
        <>
          <p className="hint">
            These figures are about right: they are counted from a point every 15 s, so they may differ by some
            seconds from the summary at the end of the workout.
          </p>
          <Totals figures={figures} cut="Skipped" fit={fit} />
          <Zones figures={figures} />
          <Chart trace={trace} session={session} songs={songs} settings={settings} at_ms={ends_at_ms} whole />
          <Songs figures={figures} cut="Skipped" />
          {plays.length < workout.songs && (
            <p className="hint">
              These are the first {plays.length} of {workout.songs} songs, and what was measured while they played.
            </p>
          )}
          <Downloads figures={figures} samples={samples} trace={trace} songs={songs} past={past} />
        </>
      ) : (
        <p className="card">No heart rate is known of this workout, so there is nothing to sum up.</p>
      )}
    </div>
  );
}
