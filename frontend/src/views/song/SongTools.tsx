import { heardTempo } from "../../workout/heard";
import type { Opinion, SongPush } from "../../wire/messages";
import { opinionOf } from "../../workout/opinion";
import { heardAt } from "../../session/sounding";
import { feltTempo } from "../../workout/playlist";
import type { State } from "../../session/store";
import { tickTime } from "../../session/ticks";
import { useWaiting } from "../hooks";
import type { Asks } from "../useWorkout";
import { Dislike } from "./Dislike";
import { TempoFix } from "./TempoFix";
import { TempoLock } from "./TempoLock";
import { WhyThisSong } from "./WhyThisSong";

interface Props {
  readonly push: SongPush;
  readonly state: State;
  readonly asks: Pick<Asks, "rate" | "change">;
}

/** What else the athlete may do with the playing song, and why it plays. */
export function SongTools({ push, state, asks }: Props) {
  const opinion = opinionOf(push, state.opinions);
  const waiting = useWaiting(state.rate);
  const changing = useWaiting(state.change);
  const rate = (said: Opinion) => {
    asks.rate(push.song.id, said);
  };
  return (
    <section className="card tools" aria-labelledby="tools">
      <h2 id="tools">This song</h2>
      <WhyThisSong push={push} />
      <div className="buttons">
        <Dislike opinion={opinion} waiting={waiting} onRate={rate} />
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
    </section>
  );
}
