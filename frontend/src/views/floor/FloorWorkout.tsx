import { type RefObject, useEffect, useRef, useState } from "react";

import type { FloorWatch } from "../../floor/watch";
import { createStore } from "../../session/store";
import { LiveChart } from "../chart/Chart";
import { HeartRate } from "../heart/HeartRate";
import { SongList } from "../song/SongList";
import { ProblemNote } from "../ProblemNote";
import { usePosition, useStore } from "../hooks";

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
  const { playing, next, over } = usePosition(state);
  return (
    <dialog className="floor-workout" ref={dialog} aria-labelledby="floor-workout" onClose={onClose}>
      <div className="floor-workout-head">
        <h2 id="floor-workout">{name}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Back to the floor
        </button>
      </div>
      <ProblemNote problem={state.problem} />
      <HeartRate state={state} />
      <LiveChart state={state} />
      <SongList
        songs={state.songs}
        playing={playing}
        next={next}
        over={over}
        responsive={state.settings?.responsive ?? false}
      />
    </dialog>
  );
}
