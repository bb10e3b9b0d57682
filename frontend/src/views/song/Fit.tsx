import { fitNow, fitSentence, fitWord } from "../../workout/fit";
import type { Heard } from "../../workout/heard";
import type { SongPush } from "../../wire/messages";
import type { Freshness } from "../../workout/freshness";
import { type State, effortOf } from "../../workout/store";
import "./Fit.css";

interface Props {
  readonly state: State;
  readonly fresh: Freshness;
  readonly push: SongPush;
  readonly heard: Heard;
}

/** How well the playing song suits the newest heart rate, as it is heard. */
export function Fit({ state, fresh, push, heard }: Props) {
  const effort = effortOf(state);
  if (fresh.state === "stale") {
    return <p className="fit" data-testid="fit">Fit unknown while the heart rate is stale</p>;
  }
  if (fresh.state !== "live" || effort.latest === null) return null;
  return <FitWords distance={fitNow(effort, push, heard)} />;
}

/** A distance in a word and a number. */
export function FitWords({ distance }: { readonly distance: number }) {
  return (
    <p className="fit" data-fit={fitWord(distance)} data-testid="fit">
      {fitSentence(distance)}
    </p>
  );
}
