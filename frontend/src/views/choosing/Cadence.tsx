import type { SyntheticEvent } from "react";

import { mayCount, stopCounting } from "../../steps/sensor";
import { CADENCE } from "../../wire/limits";
import type { Settings } from "../../wire/messages";
import { CountSteps } from "./CountSteps";
import { useWritten } from "./written";

interface Props {
  readonly cadence: number | null;
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Steps or turns a minute, as the phone counts them or as the athlete tells them. */
export function Cadence({ cadence, waiting, onChange }: Props) {
  const [{ told }, put] = useWritten({ told: cadence === null ? "" : String(cadence) });
  const follow = (event: SyntheticEvent) => {
    event.preventDefault();
    if (waiting || told === "") return;
    stopCounting();
    onChange({ mode: "cadence", cadence: Number(told) });
  };
  return (
    <>
      {mayCount() && <CountSteps />}
      <form className="aim" onSubmit={follow}>
        <label>
          Steps or turns a minute
          <input
            type="number"
            inputMode="decimal"
            min={CADENCE.low}
            max={CADENCE.high}
            step="any"
            required
            autoFocus={cadence === null && !mayCount()}
            value={told}
            onChange={(event) => {
              put({ told: event.target.value });
            }}
          />
        </label>
        <button type="submit" aria-disabled={waiting}>
          Follow
        </button>
      </form>
    </>
  );
}
