import { type RefObject, useEffect, useRef, useState } from "react";

import { workoutTime } from "../../workout/clock";
import type { FloorWatch } from "../../floor/watch";
import { position } from "../../workout/playlist";
import { freshness } from "../../workout/freshness";
import { createStore } from "../../workout/store";
import { Chart } from "../chart/Chart";
import { HeartRate } from "../heart/HeartRate";
import { SongList } from "../song/SongList";
import { ProblemNote } from "../ProblemNote";
import { useNow, useStore } from "../hooks";

const TICK_MS = 1_000;

/** Whose workout is looked at. */
export interface Chosen {
  readonly user: string;
  readonly name: string;
}

interface Props {
  readonly chosen: Chosen;
  readonly watching: RefObject<FloorWatch | null>;
  readonly onClose: () => void;
}

/** One person's workout over the floor; what was focused before is again when it closes. */
export function FloorWorkout({ chosen: { user, name }, watching, onClose }: Props) {
  const [store] = useState(createStore);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => watching.current?.open(user, store), [user, store, watching]);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const state = useStore(store);
  const now_ms = Math.max(useNow(TICK_MS), state.arrivals.at(-1)?.came_ms ?? 0);
  const at_ms = workoutTime(state.arrivals, now_ms);
  const { playing, next } = position(state.songs, at_ms, state.skip);
  return (
    <dialog className="floor-workout" ref={dialog} aria-labelledby="floor-workout" onClose={onClose}>
      <div className="floor-workout-head">
        <h2 id="floor-workout">{name}</h2>
        <button type="button" autoFocus onClick={() => dialog.current?.close()}>
          Back to the floor
        </button>
      </div>
      <ProblemNote problem={state.problem} now_ms={now_ms} />
      <HeartRate state={state} fresh={freshness(state, now_ms)} />
      <Chart state={state} at_ms={at_ms} />
      <SongList
        songs={state.songs}
        playing={playing}
        next={next}
        responsive={state.settings?.responsive ?? false}
      />
    </dialog>
  );
}
