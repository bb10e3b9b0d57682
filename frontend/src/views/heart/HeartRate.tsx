import { freshness } from "../../workout/freshness";
import { type State, newestHeartRate, newestPoint } from "../../session/store";
import { freshnessSentence } from "../../workout/words";
import { rangeOf, zoneOf } from "../../workout/zone";
import { useFreshness, useTick } from "../hooks";
import { ZoneBar } from "./ZoneBar";
import "./HeartRate.css";

/** The newest heart rate and its zone; greyed, and said to be old, as soon as it is. */
export function HeartRate({ state }: { readonly state: State }) {
  const fresh = useFreshness(state);
  const { settings } = state;
  const heart_rate = newestHeartRate(state);
  const newest = newestPoint(state);
  const isOld = fresh !== "live" || heart_rate === null;
  return (
    <section className="heart card" data-freshness={fresh} aria-labelledby="heart-rate">
      <h2 id="heart-rate">Heart rate</h2>
      <p className="freshness" data-testid="freshness">
        <Fresh state={state} />
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
      {newest && settings && (
        <dl>
          <dt>Average over {settings.interval_seconds} s</dt>
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
