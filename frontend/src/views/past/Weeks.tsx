import { useEffect, useState } from "react";

import { type PastAsks, listSince, readEach } from "../../session/gathering";
import { sentenceOf } from "../../session/questions";
import type { PastSongs, PastWorkout } from "../../wire/messages";
import { inZones } from "../../workout/past";
import { shortDay } from "../../workout/days";
import { WEEKS, type Week, firstWeek, restsOn, streakOf, weeksOf } from "../../workout/weeks";
import { counted, hours } from "../../workout/words";
import { Music } from "./Music";
import { ZoneLegend, ZoneShares } from "./ZoneShares";

interface Read {
  readonly now_ms: number;
  /** Those of the weeks that are looked at, newest first; null before they are known. */
  readonly workouts: readonly PastWorkout[] | null;
  /** Those whose songs are known, too. */
  readonly pasts: readonly PastSongs[];
  readonly trouble: string;
}

/** Weeks of training, and what the music did in them; it is read as one looks. */
export function Weeks({ asks }: { readonly asks: PastAsks }) {
  const { now_ms, workouts, pasts, trouble } = useWeeks(asks);
  return (
    <>
      {trouble && (
        <p className="problem" role="alert">
          {trouble}
        </p>
      )}
      {workouts === null && !trouble && <p className="hint" role="status">Loading…</p>}
      {workouts?.length === 0 && <p className="hint">No workout began in the last {WEEKS} weeks.</p>}
      {workouts && workouts.length > 0 && (
        <>
          <Minutes weeks={weeksOf(workouts, now_ms)} workouts={workouts} now_ms={now_ms} />
          <p className="hint" role="status">
            {pasts.length < workouts.length && !trouble && `Reading songs: ${pasts.length} of ${counted(workouts.length, "workout")}.`}
          </p>
          {pasts.length > 0 && <Music pasts={pasts} />}
        </>
      )}
    </>
  );
}

function useWeeks(asks: PastAsks): Read {
  const [read, setRead] = useState<Read>(() => ({ now_ms: Date.now(), workouts: null, pasts: [], trouble: "" }));
  const { now_ms } = read;
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const readAll = async () => {
      const workouts = await listSince(asks, firstWeek(now_ms), signal);
      setRead((before) => ({ ...before, workouts, pasts: [] }));
      const take = (past: PastSongs) => {
        setRead((before) => ({ ...before, pasts: [...before.pasts, past] }));
      };
      await readEach(asks, workouts, take, signal);
    };
    readAll().catch((error: unknown) => {
      if (signal.aborted) return;
      setRead((before) => ({ ...before, trouble: sentenceOf(error) }));
    });
    return () => {
      leaving.abort();
    };
  }, [asks, now_ms]);
  return read;
}

interface MinutesProps {
  readonly weeks: readonly Week[];
  readonly workouts: readonly PastWorkout[];
  readonly now_ms: number;
}

function Minutes({ weeks, workouts, now_ms }: MinutesProps) {
  const most = Math.max(1, ...weeks.map(inZones));
  const row = streakOf(workouts, now_ms);
  return (
    <section className="card" aria-labelledby="past-minutes">
      <h3 id="past-minutes">Time in zones, by week</h3>
      <p className="past-streak">
        <strong>{row >= WEEKS ? `${WEEKS} or more` : row}</strong> {row === 1 ? "week" : "weeks"} in a row with a workout
      </p>
      <ZoneLegend />
      <ol className="past-weeks">
        {[...weeks].reverse().map((week) => (
          <li key={week.begins_ms}>
            <span>{shortDay(week.begins_ms)}</span>
            <span className="past-room">
              <ZoneShares zone_seconds={week.zone_seconds} width={(inZones(week) / most) * 100} />
            </span>
            <b>{week.workouts === 0 ? "–" : hours(inZones(week) * 1000)}</b>
          </li>
        ))}
      </ol>
      <p className="hint">By the Monday of each week, {restsOn(workouts.map(({ session }) => session))}.</p>
    </section>
  );
}
