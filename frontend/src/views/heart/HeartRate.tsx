import type { ReactNode, RefObject } from "react";

import { workoutTime } from "../../workout/clock";
import { freshness } from "../../workout/freshness";
import { type State, newestHeartRate, newestPoint } from "../../session/store";
import { duration, freshnessSentence } from "../../workout/words";
import { rangeOf, zoneOf } from "../../workout/zone";
import { useFreshness, useTick } from "../hooks";
import { Pulse } from "./Pulse";
import { ZoneBar, zoneColour } from "./ZoneBar";
import "./HeartRate.css";

interface Props {
  readonly state: State;
  /** The beat of the music, where there is any. */
  readonly beat?: RefObject<Animation | null>;
  /** What beats behind the figures. */
  readonly children?: ReactNode;
}

/** The newest heart rate on a field of its zone; greyed, and said to be old, as soon as it is. */
export function HeartRate({ state, beat, children }: Props) {
  const fresh = useFreshness(state);
  const { settings } = state;
  const heart_rate = newestHeartRate(state);
  const newest = newestPoint(state);
  const isOld = fresh !== "live" || heart_rate === null;
  const zone = isOld || !settings ? null : zoneOf(heart_rate, rangeOf(settings));
  return (
    <section
      className="heart"
      data-freshness={fresh}
      data-zone={zone}
      aria-labelledby="heart-rate"
      style={zoneColour(zone)}
    >
      <h2 id="heart-rate" className="unseen">
        Heart rate
      </h2>
      <p className="top">
        <span className="freshness" data-testid="freshness">
          <Fresh state={state} />
        </span>{" "}
        {state.session !== null && <Elapsed state={state} />}
      </p>
      {heart_rate !== null && (
        <p className="reading">
          {children}
          <Pulse heart_rate={heart_rate} beats={!isOld} beat={beat} />
          <span className="unseen">beats a minute</span>
        </p>
      )}
      {heart_rate !== null && settings && <ZoneBar zone={zone} />}
      {newest && settings && (
        <dl>
          <dt>
            Average<span className="unseen"> over {settings.interval_seconds} s</span>
          </dt>
          <dd data-testid="average">{Math.round(newest.average)}</dd>
        </dl>
      )}
    </section>
  );
}

function Fresh({ state }: { readonly state: State }) {
  const sentence = useTick((now_ms) => freshnessSentence(freshness(state, now_ms)));
  return state.told ? sentence : "asking for the workout…";
}

/** How long the workout lasts by now. */
function Elapsed({ state: { session, arrivals } }: { readonly state: State }) {
  const words = useTick((now_ms) => {
    const at_ms = workoutTime(arrivals, now_ms);
    return at_ms === null || session === null ? "" : duration(at_ms - session);
  });
  return (
    <span className="elapsed" data-testid="elapsed">
      {words}
    </span>
  );
}
