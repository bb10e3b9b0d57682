import type { Freshness } from "../../workout/freshness";
import { type State, newestHeartRate } from "../../workout/store";
import { freshnessSentence } from "../../workout/words";
import { rangeOf, zoneOf } from "../../workout/zone";
import { ZoneBar } from "./ZoneBar";
import "./HeartRate.css";

interface Props {
  readonly state: State;
  readonly fresh: Freshness;
}

/** The newest heart rate and its zone; greyed, and said to be old, as soon as it is. */
export function HeartRate({ state, fresh }: Props) {
  const { latest, settings } = state;
  const heart_rate = newestHeartRate(state);
  const isOld = fresh.state !== "live" || heart_rate === null;
  return (
    <section className="heart card" data-freshness={fresh.state} aria-labelledby="heart-rate">
      <h2 id="heart-rate">Heart rate</h2>
      <p className="freshness" data-testid="freshness">
        {state.told ? freshnessSentence(fresh) : "asking for the workout…"}
      </p>
      {heart_rate !== null && (
        <p className="reading">
          <strong data-testid="heart-rate">{Math.round(heart_rate)}</strong>
          <span>beats a minute</span>
        </p>
      )}
      {heart_rate !== null && settings && (
        <ZoneBar zone={isOld ? null : zoneOf(heart_rate, rangeOf(settings))} />
      )}
      {latest && settings && (
        <dl>
          <dt>Average over {settings.interval_seconds} s</dt>
          <dd data-testid="average">{Math.round(latest.average)}</dd>
        </dl>
      )}
    </section>
  );
}
