import { type ReactNode, useEffect, useMemo, useRef } from "react";

import type { Sample } from "../../wire/messages";
import type { State } from "../../session/store";
import { samplesOf, summaryOf } from "../../workout/summary";
import { rangeOf } from "../../workout/zone";
import { Chart } from "../chart/Chart";
import { Press } from "../Press";
import { Downloads } from "./Downloads";
import { Songs, Totals, Zones } from "./Figures";

export interface Props {
  /** The workout as it was when it ended, at `at_ms`. */
  readonly state: State;
  readonly at_ms: number;
  /** What this device measured, oldest first. */
  readonly measured: readonly Sample[];
  /** What the server says of the end, and what may be done after it. */
  readonly children?: ReactNode;
  readonly onBack: () => void;
}

/** What the workout was: its figures, its songs, and files of it. */
export function Summary({ state, at_ms, measured, children, onBack }: Props) {
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
  const figures = useMemo(
    () => state.settings && summaryOf(samples, songs, rangeOf(state.settings)),
    [state.settings, samples, songs],
  );
  const cut = state.settings?.responsive ? "Cut short" : "Skipped";
  return (
    <main className="summary">
      <h1 ref={head} tabIndex={-1}>
        Your workout
      </h1>
      {children}
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
        <Press off={false} className="primary" onPress={onBack}>
          Done
        </Press>
      </div>
      {figures && <Downloads figures={figures} samples={samples} trace={state.trace} songs={songs} />}
    </main>
  );
}
