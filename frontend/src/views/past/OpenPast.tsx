import { Suspense, lazy, useState } from "react";

import type { State } from "../../session/store";
import { clockOf } from "../../workout/days";
import { NotLoaded } from "../NotLoaded";
import { Press } from "../Press";
import type { Asks } from "../useWorkout";

/** Loaded when somebody opens it. */
const Past = lazy(() => import("./Past").catch(() => ({ default: NotLoaded })));

interface Props {
  readonly asks: Pick<Asks, "history" | "past">;
  /** Opens this one, in place of the list. */
  readonly session?: number;
  readonly children: string;
}

/** Opens past workouts over the page, where a workout goes on. */
export function OpenPast({ asks, session, children }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Press off={false} onPress={() => { setOpened(true); }}>
        {children}
      </Press>
      {opened && (
        <Suspense fallback={<p className="hint">Loading…</p>}>
          <Past asks={asks} session={session ?? null} onClose={() => { setOpened(false); }} />
        </Suspense>
      )}
    </>
  );
}

/** Says which workout has ended, until another begins. */
export function LastWorkout({ state: { over, session }, asks }: Pick<Props, "asks"> & { readonly state: State }) {
  if (!over || session !== null) return null;
  return (
    <div className="card" data-testid="last-workout">
      <p>Your workout ended at {clockOf(over.ended_ms)}.</p>
      {over.session !== null && (
        <div className="buttons">
          <OpenPast asks={asks} session={over.session}>
            See its summary
          </OpenPast>
        </div>
      )}
    </div>
  );
}
