import { type RefObject, useEffectEvent, useLayoutEffect, useRef } from "react";

import { beatSeconds } from "../../music/beat";
import type { SongPush } from "../../wire/messages";
import { heardTempo } from "../../workout/heard";
import { heardAt } from "../../session/sounding";
import type { State } from "../../session/store";
import { onTick, tickTime } from "../../session/ticks";
import { useStill } from "../hooks";
import "./Beat.css";

interface Props {
  readonly state: State;
  readonly push: SongPush;
  readonly over: boolean;
  /** Holds the beat while it runs, so that the heart may move with it. */
  readonly runningRef?: RefObject<Animation | null>;
}

/** A ring that beats with the song, from its first beat on; still where motion is not wanted. */
export function Beat({ state, push, over, runningRef }: Props) {
  const mark = useRef<HTMLSpanElement>(null);
  const still = useStill();
  const beats = !over && !still;
  const heardNow = useEffectEvent(() => heardAt(state, push, tickTime()));
  const rateNow = useEffectEvent(() => {
    const heard = heardNow();
    return heard ? ratio(heardTempo(push, heard)) : 1;
  });
  const playedNow = useEffectEvent(() => (heardNow()?.at_ms ?? 0) - push.starts_at_ms);
  useLayoutEffect(() => {
    if (!beats || !mark.current) return undefined;
    const beating = mark.current.animate(BEAT, { duration: BEAT_MS, iterations: Infinity });
    beating.updatePlaybackRate(rateNow());
    beating.currentTime = playedNow() * rateNow();
    if (runningRef) runningRef.current = beating;
    const end = onTick(() => {
      follow(beating, rateNow());
    });
    return () => {
      end();
      beating.cancel();
      if (runningRef) runningRef.current = null;
    };
  }, [beats, runningRef]);
  return <span className="beat" ref={mark} data-beats={beats} aria-hidden="true" data-testid="beat" />;
}

/** A beat at 60 a minute; the playback rate makes it the song's. */
const BEAT_MS = 1_000;
const BEAT: Keyframe[] = [
  { transform: "scale(1)", opacity: 0.6, easing: "ease-out" },
  { transform: "scale(0.94)", opacity: 0.2, offset: 0.7 },
  { transform: "scale(0.94)", opacity: 0.2 },
];

/** Less than this nobody sees. */
const SEEN = 0.002;

/** Takes a running animation to another rate, without a jump. */
function follow(beating: Animation, rate: number): void {
  if (Math.abs(rate / beating.playbackRate - 1) > SEEN) beating.updatePlaybackRate(rate);
}

function ratio(tempo: number): number {
  return 1 / beatSeconds(tempo);
}
