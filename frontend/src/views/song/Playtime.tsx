import type { SongPush } from "../../wire/messages";
import { workoutTime } from "../../workout/clock";
import type { State } from "../../session/store";
import { duration } from "../../workout/words";
import { useTick } from "../hooks";
import "./Playtime.css";

interface Props {
  readonly state: State;
  readonly push: SongPush;
}

/** How long the song still plays. */
export function TimeLeft(props: Props) {
  return useTick((now_ms) => duration(leftAt(props, now_ms)));
}

/** How much of the song has played. */
export function Progress(props: Props) {
  const { push } = props;
  const length_ms = Math.max(1, push.ends_at_ms - push.starts_at_ms);
  const share = useTick((now_ms) =>
    Math.min(1, Math.max(0, 1 - leftAt(props, now_ms) / length_ms)),
  );
  const left = useTick((now_ms) => duration(leftAt(props, now_ms)));
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label="How much of the song has played"
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={`${left} left`}
    >
      <div key={push.slot} style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}

function leftAt({ state, push }: Props, now_ms: number): number {
  return push.ends_at_ms - (workoutTime(state.arrivals, now_ms) ?? push.starts_at_ms);
}
