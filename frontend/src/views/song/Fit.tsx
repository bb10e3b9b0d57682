import { fitNow, fitSentence, fitWord, isForLack, scarceSentence } from "../../workout/fit";
import { isWarmingUp } from "../../workout/warmUp";
import type { SongPush } from "../../wire/messages";
import { type State, effortOf, newestPoint } from "../../session/store";
import { heardAt } from "../../session/sounding";
import { useFreshness, useTick } from "../hooks";
import "./Fit.css";

interface Props {
  readonly state: State;
  readonly push: SongPush;
}

/** How well the playing song suits the newest heart rate, as it is heard. */
export function Fit({ state, push }: Props) {
  const fresh = useFreshness(state);
  const distance = useTick((now_ms) => distanceAt(state, push, now_ms));
  if (fresh === "stale") {
    return <p className="fit" data-testid="fit">Fit not known without a heart rate</p>;
  }
  if (fresh !== "live" || distance === null) return null;
  const isSaid = fitWord(distance) === "fits" || isForLack(push, distance);
  if (!isSaid && isWarmingUp(newestPoint(state), state.session)) {
    return <p className="fit" data-testid="fit">Warming up, the music follows</p>;
  }
  return <FitWords distance={distance} push={push} />;
}

function distanceAt(state: State, push: SongPush, now_ms: number): number | null {
  const effort = effortOf(state);
  const heard = heardAt(state, push, now_ms);
  return effort.latest && heard && fitNow(effort, push, heard);
}

/** A distance in a word and a number, or what the library lacks. */
export function FitWords({ distance, push }: { readonly distance: number; readonly push: SongPush }) {
  return (
    <p className="fit" data-fit={fitWord(distance)} data-testid="fit">
      {isForLack(push, distance) ? scarceSentence(push) : fitSentence(distance)}
    </p>
  );
}
