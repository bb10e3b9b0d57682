/** Lets be heard what a plan and a chosen zone have to say, as long as the view is there. */
import { useEffect, useEffectEvent, useState } from "react";

import { soundTones } from "../../session/audio";
import { type State, newestHeartRate } from "../../session/store";
import { onTick, tickTime } from "../../session/ticks";
import { speed, workoutTime } from "../../workout/clock";
import { freshness } from "../../workout/freshness";
import { planBegan } from "../../workout/phases";
import { rangeOf, zoneOf } from "../../workout/zone";
import { Coach } from "./coach";
import { say } from "./speech";
import { switches } from "./switches";

export function useCues(state: State): void {
  const [coach] = useState(() => new Coach({ tones: soundTones, say }));
  const follow = useEffectEvent(() => {
    const { settings, session, arrivals } = state;
    const now_ms = tickTime();
    const at_ms = workoutTime(arrivals, now_ms);
    if (!settings || session === null || at_ms === null) return;
    const heart_rate = freshness(state, now_ms).state === "live" ? newestHeartRate(state) : null;
    const zone = heart_rate === null ? null : zoneOf(heart_rate, rangeOf(settings));
    const elapsed_ms = at_ms - planBegan(settings, session);
    coach.follow({ settings, elapsed_ms, zone, speed: speed(arrivals) }, switches.get());
  });
  useEffect(
    () =>
      onTick(() => {
        follow();
      }),
    [],
  );
}
