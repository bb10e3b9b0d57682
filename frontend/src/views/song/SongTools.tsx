import { isWaiting } from "../../workout/asked";
import { type Heard, heardTempo } from "../../workout/heard";
import type { Opinion, SongPush } from "../../wire/messages";
import { opinionOf } from "../../workout/opinion";
import type { State } from "../../workout/store";
import type { Asks } from "../workout";
import { Likes } from "./Likes";
import { TempoFix } from "./TempoFix";
import { TempoLock } from "./TempoLock";

interface Props {
  readonly push: SongPush;
  readonly heard: Heard;
  readonly state: State;
  readonly now_ms: number;
  readonly asks: Pick<Asks, "rate" | "change">;
}

/** What the athlete may do with the playing song. */
export function SongTools({ push, heard, state, now_ms, asks }: Props) {
  const opinion = opinionOf(push, state.opinions);
  const waiting = isWaiting(state.rate, now_ms);
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
            tempo={heardTempo(push, heard)}
            waiting={isWaiting(state.change, now_ms)}
            onChange={asks.change}
          />
        )}
      </div>
      <TempoFix push={push} opinion={opinion} waiting={waiting} onRate={rate} />
    </>
  );
}
