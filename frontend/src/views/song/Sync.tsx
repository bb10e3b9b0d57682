import type { CSSProperties } from "react";

import { lead } from "../../workout/fit";
import { heardTempo } from "../../workout/heard";
import type { SongPush } from "../../wire/messages";
import { type State, effortOf } from "../../session/store";
import { heardAt } from "../../session/sounding";
import { Icon } from "../Icon";
import { useTick } from "../hooks";
import { Fit } from "./Fit";
import "./Sync.css";

/** At the ends of the scale, of what would suit. */
const SCALE = 0.2;

interface Props {
  readonly state: State;
  readonly push: SongPush;
  readonly over: boolean;
}

/** Heart and music side by side: a needle in the middle says that they are in sync. */
export function Sync({ state, push, over }: Props) {
  const ahead = useTick((now_ms) => leadAt(state, push, now_ms));
  const tempo = useTick((now_ms) => {
    const heard = heardAt(state, push, now_ms);
    return heard && Math.round(heardTempo(push, heard));
  });
  const place = ahead === null ? null : Math.min(1, Math.max(-1, ahead / SCALE));
  return (
    <div className="sync">
      <p className="needle" data-known={place !== null && !over} aria-hidden="true">
        <Icon name="heart" />
        <span className="scale" style={{ "--place": place ?? 0 } as CSSProperties} />
        <Icon name="note" />
      </p>
      <p className="heard" data-testid="heard">
        <span className="unseen">as heard </span>
        {tempo}
        <span className="unseen"> beats a minute</span>
      </p>
      {!over && <Fit state={state} push={push} />}
    </div>
  );
}

function leadAt(state: State, push: SongPush, now_ms: number): number | null {
  const effort = effortOf(state);
  const heard = heardAt(state, push, now_ms);
  return effort.latest && heard && Math.round(lead(effort, push, heard) * 1000) / 1000;
}
