import type { ReactNode } from "react";

import type { Freshness } from "../pulse";
import { type State, newestHeartRate } from "../store";
import { freshnessSentence } from "../words";

interface Props {
  readonly state: State;
  readonly fresh: Freshness;
  /** Where it comes from. */
  readonly children: ReactNode;
}

/** The newest heart rate; greyed, and said to be old, as soon as it is. */
export function HeartRate({ state, fresh, children }: Props) {
  const { latest, settings } = state;
  const heart_rate = newestHeartRate(state);
  return (
    <section className="heart card" data-freshness={fresh.state} aria-labelledby="heart-rate">
      <h2 id="heart-rate">Heart rate</h2>
      {heart_rate !== null && (
        <p className="reading">
          <strong data-testid="heart-rate">{Math.round(heart_rate)}</strong>
          <span>beats a minute</span>
        </p>
      )}
      <p className="freshness" data-testid="freshness">
        {state.told ? freshnessSentence(fresh) : "asking for the workout…"}
      </p>
      {latest && settings && (
        <dl>
          <dt>Average over {settings.interval_seconds} s</dt>
          <dd data-testid="average">{Math.round(latest.average)}</dd>
        </dl>
      )}
      {children}
    </section>
  );
}
