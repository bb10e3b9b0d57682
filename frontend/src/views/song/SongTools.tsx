import { isWaiting } from "../../workout/asked";
import { type Heard, heardTempo } from "../../music/heard";
import type { Opinion, Settings, SongPush } from "../../wire/messages";
import { opinionOf } from "../../workout/opinion";
import type { State } from "../../workout/store";
import { Likes } from "./Likes";
import { TempoFix } from "./TempoFix";
import { TempoLock } from "./TempoLock";

interface Props {
  readonly push: SongPush;
  readonly heard: Heard;
  readonly state: State;
  readonly now_ms: number;
  readonly onRate: (opinion: Opinion) => void;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** What the athlete may do with the playing song. */
export function SongTools({ push, heard, state, now_ms, onRate, onChange }: Props) {
  const opinion = opinionOf(push, state.opinions);
  const waiting = isWaiting(state.rate, now_ms);
  return (
    <>
      <div className="buttons">
        <Likes opinion={opinion} waiting={waiting} onRate={onRate} />
        {state.settings && (
          <TempoLock
            lock={state.settings.lock}
            tempo={heardTempo(push, heard)}
            waiting={isWaiting(state.change, now_ms)}
            onChange={onChange}
          />
        )}
      </div>
      <TempoFix push={push} opinion={opinion} waiting={waiting} onRate={onRate} />
    </>
  );
}
