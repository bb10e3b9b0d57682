import { useCallback, useEffect, useRef, useState } from "react";

import type { Config } from "../../wire/config";
import { type FloorState, createFloorStore, headSentence } from "../../floor/floor";
import { floorAddress, floorNameSentence, isFloor } from "../../floor/name";
import { type FloorWatch, watchFloor } from "../../floor/watch";
import { span } from "../../workout/words";
import { ConnectionState } from "../ConnectionState";
import { Press } from "../Press";
import { Board } from "./Board";
import { ClassNote, ClassStrip } from "./ClassStrip";
import { ClassTools } from "./ClassTools";
import "./Floor.css";
import { FloorForm } from "./FloorForm";
import { FloorGrid } from "./FloorGrid";
import { FloorHead } from "./FloorHead";
import { type Chosen, FloorWorkout } from "./FloorWorkout";
import { ProblemNote } from "../ProblemNote";
import { useStore, useTick, useWall } from "../hooks";
import { WallPages } from "./WallPages";
import { WallTools } from "./WallTools";

/** Three polls without an answer: what is shown is no longer how it is. */
const OLD_AFTER_MS = 10_000;

interface Props {
  readonly config: Config;
  /** As the address has it, which may be no floor's name. */
  readonly floor: string;
}

/** Everybody who works out on a floor, for their coach. */
export function FloorPage({ config, floor }: Props) {
  const [store] = useState(createFloorStore);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const watching = useRef<FloorWatch | null>(null);
  useEffect(() => {
    if (!isFloor(floor)) return;
    const started = watchFloor(config, floor, store);
    watching.current = started;
    return started.stop;
  }, [config, floor, store]);
  const close = useCallback(() => {
    setChosen(null);
  }, []);

  const [view, setView] = useState<View>("group");
  const connect = () => watching.current?.connect();

  const state = useStore(store);
  const wall = useWall();
  const shown = isFloor(floor) && state.refusal === "";
  const { seen_ms } = state;
  const isOld = useTick((now_ms) => seen_ms !== null && now_ms - seen_ms >= OLD_AFTER_MS);
  return (
    <>
      <header className="floor-header">
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" />
          {isFloor(floor) ? `Floor ${floor}` : "Floors"}
        </h1>
        <div className="floor-tools">
          {shown && <Views view={view} onView={setView} />}
          {shown && <ClassTools state={state} onPlan={(plan) => watching.current?.plan(plan)} />}
          {shown && <WallTools floor={floor} />}
          <a className="link" href={floorAddress(window.location.search, null)}>
            My workout
          </a>
          <FloorForm label={isFloor(floor) ? "Another floor" : "Floor"} />
        </div>
        {shown && <ConnectionState status={state.status} onConnect={connect} />}
      </header>
      <main className="floor" data-old={isOld}>
        <ProblemNote problem={state.problem} />
        <ClassNote {...state} />
        <div className="floor-top">
          <p className="floor-head" role="status" data-testid="floor-head">
            {sentence(floor, state)}
          </p>
          {shown && state.running && <ClassStrip running={state.running} />}
          {shown && state.people.length > 0 && <FloorHead people={state.people} />}
        </div>
        {seen_ms !== null && isOld && shown && (
          <p className="problem">
            No answer for <Since at_ms={seen_ms} />. This is what was known then.
          </p>
        )}
        {state.refusal !== "" && <p className="hint">{COACHES}</p>}
        {shown && seen_ms !== null && state.people.length === 0 && <Empty floor={floor} />}
        {view === "board" && state.people.length > 0 ? (
          <Board people={state.people} />
        ) : wall ? (
          <WallPages people={state.people} held={chosen !== null} onOpen={setChosen} />
        ) : (
          <FloorGrid people={state.people} onOpen={setChosen} />
        )}
      </main>
      {chosen && <FloorWorkout key={chosen.user} chosen={chosen} watching={watching} onClose={close} />}
    </>
  );
}

type View = "group" | "board";

/** Everybody in their places, or the board of effort points. */
function Views({ view, onView }: { readonly view: View; readonly onView: (view: View) => void }) {
  return (
    <div className="floor-views" role="group" aria-label="View">
      {(["group", "board"] as const).map((each) => (
        <Press
          key={each}
          off={false}
          pressed={view === each}
          onPress={() => {
            onView(each);
          }}
        >
          {each === "group" ? "Group" : "Board"}
        </Press>
      ))}
    </div>
  );
}

const COACHES =
  "Ask whoever runs this TempoFit to put you into the group “coach”. Then sign out and in again.";

function sentence(floor: string, state: FloorState): string {
  if (!isFloor(floor)) return floorNameSentence(floor);
  if (state.refusal !== "") return state.refusal;
  if (state.seen_ms === null) return "Asking who is there…";
  return state.people.length === 0 ? "Nobody is on this floor now." : headSentence(state);
}

function Since({ at_ms }: { readonly at_ms: number }) {
  return useTick((now_ms) => span(now_ms - at_ms));
}

function Empty({ floor }: { readonly floor: string }) {
  return (
    <p className="hint">
      People come here by themselves: with their phone&rsquo;s camera, by the code under “Let people join”,
      or on their own page, under “How songs are chosen”, where they write <code>{floor}</code> and press
      “Join”.
    </p>
  );
}
