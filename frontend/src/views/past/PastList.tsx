import type { PastAsks } from "../../session/gathering";
import type { PastWorkout } from "../../wire/messages";
import { clockOf, dayOf } from "../../workout/days";
import { BY_ITSELF, FIELD, type Listed, pathOf } from "../../workout/past";
import { duration, percentRounded } from "../../workout/words";
import { Press } from "../Press";
import { Everything } from "./Everything";
import { ZoneLegend, ZoneShares } from "./ZoneShares";

/** Whether a page of the list is on its way, or why it did not come. */
export type Turning =
  | { readonly phase: "asks" }
  | { readonly phase: "rests" }
  | { readonly phase: "failed"; readonly sentence: string };

interface Props {
  readonly asks: PastAsks;
  readonly listed: Listed;
  readonly turning: Turning;
  /** Asks for the next page, or for the first again. */
  readonly onTurn: () => void;
  readonly onOpen: (session: number) => void;
  readonly onWeeks: () => void;
}

/** The person's workouts, newest first, a page at a time. */
export function PastList({ asks, listed, turning, onTurn, onOpen, onWeeks }: Props) {
  const { workouts, before_ms } = listed;
  return (
    <>
      {workouts.length > 0 && (
        <>
          <div className="buttons">
            <Press off={false} onPress={onWeeks}>
              Your weeks, and what the music did
            </Press>
          </div>
          <ZoneLegend />
          <p className="hint">At the tempo by itself: the share of the measured time in which {BY_ITSELF}.</p>
          <ol className="past-list">
            {workouts.map((workout) => (
              <Row key={workout.session} workout={workout} onOpen={onOpen} />
            ))}
          </ol>
        </>
      )}
      <div role="status">
        {before_ms === null && workouts.length === 0 && <p className="hint">{EMPTY}</p>}
        {turning.phase === "asks" && <p className="hint">Loading…</p>}
        {turning.phase === "failed" && <p className="problem">{turning.sentence}</p>}
      </div>
      {before_ms !== null && (before_ms !== undefined || turning.phase === "failed") && (
        <div className="buttons">
          <Press off={turning.phase === "asks"} onPress={onTurn}>
            {turning.phase === "failed" ? "Try again" : "Show older ones"}
          </Press>
        </div>
      )}
      {workouts.length > 0 && <Everything asks={asks} />}
    </>
  );
}

const EMPTY =
  "No workout is here yet. One appears once its first song plays, and stays when you have ended it, or when " +
  "no heart rate has come for a quarter of an hour.";

interface RowProps extends Pick<Props, "onOpen"> {
  readonly workout: PastWorkout;
}

function Row({ workout, onOpen }: RowProps) {
  const { session, ends_at_ms, average, highest, songs, skipped, fit, zone_seconds, line } = workout;
  const path = pathOf(line);
  return (
    <li data-session={session}>
      <button type="button" className="past-open" onClick={() => { onOpen(session); }}>
        {dayOf(session)}, {clockOf(session)}
      </button>
      <svg className="past-line" viewBox={`0 0 ${FIELD.wide} ${FIELD.high}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={path} />
      </svg>
      <ZoneShares zone_seconds={zone_seconds} />
      <dl>
        <Figure name="Duration" value={duration(ends_at_ms - session)} />
        <Figure name="Average" value={average === null ? "–" : String(Math.round(average))} />
        <Figure name="Highest" value={highest === null ? "–" : String(Math.round(highest))} />
        <Figure name="Songs" value={String(songs)} />
        <Figure name="Skipped" value={String(skipped)} />
        <Figure name="At the tempo by itself" value={fit === null ? "–" : percentRounded(fit)} />
      </dl>
    </li>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
