import { fitNow, fitSentence, fitWord, scarceSentence } from "../../workout/fit";
import type { SongPush } from "../../wire/messages";
import { type State, effortOf } from "../../session/store";
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
    return <p className="fit" data-testid="fit">Fit unknown while the heart rate is stale</p>;
  }
  if (fresh !== "live" || distance === null) return null;
  return <FitWords distance={distance} push={push} />;
}

function distanceAt(state: State, push: SongPush, now_ms: number): number | null {
  const effort = effortOf(state);
  const heard = heardAt(state, push, now_ms);
  return effort.latest && heard && fitNow(effort, push, heard);
}

/** A distance in a word and a number, or what the library lacks. */
export function FitWords({ distance, push }: { readonly distance: number; readonly push: SongPush }) {
  const word = fitWord(distance);
  const isLack = push.why.scarce && (word === "off" || push.why.octave !== 1);
  return (
    <p className="fit" data-fit={word} data-testid="fit">
      {isLack ? scarceSentence(push) : fitSentence(distance)}
    </p>
  );
}
