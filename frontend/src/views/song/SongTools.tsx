import { heardTempo } from "../../workout/heard";
import type { Opinion, SongPush } from "../../wire/messages";
import { opinionOf } from "../../workout/opinion";
import { heardAt } from "../../session/sounding";
import { feltTempo } from "../../workout/playlist";
import type { State } from "../../session/store";
import { tickTime } from "../../session/ticks";
import { useWaiting } from "../hooks";
import type { Asks } from "../useWorkout";
import { Likes } from "./Likes";
import { TempoFix } from "./TempoFix";
import { TempoLock } from "./TempoLock";

interface Props {
  readonly push: SongPush;
  readonly state: State;
  readonly asks: Pick<Asks, "rate" | "change">;
}

/** What the athlete may do with the playing song. */
export function SongTools({ push, state, asks }: Props) {
  const opinion = opinionOf(push, state.opinions);
  const waiting = useWaiting(state.rate);
  const changing = useWaiting(state.change);
  const rate = (said: Opinion) => {
    asks.rate(push.song.id, said);
  };
  return (
    <>
      <div className="buttons">
        <Likes opinion={opinion} waiting={waiting} onRate={rate} />
        {state.settings && (
          <TempoLock
            lock={state.settings.lock}
            tempoNow={() => {
              const heard = heardAt(state, push, tickTime());
              return heard ? heardTempo(push, heard) : feltTempo(push);
            }}
            waiting={changing}
            onChange={asks.change}
          />
        )}
      </div>
      <TempoFix push={push} opinion={opinion} waiting={waiting} onRate={rate} />
    </>
  );
}
