import type { SyntheticEvent } from "react";

import { CADENCE } from "../../wire/limits";
import type { Settings } from "../../wire/messages";
import { useWritten } from "./written";

interface Props {
  readonly cadence: number | null;
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Steps or turns a minute as the athlete tells them: this page has no sensor for them. */
export function Cadence({ cadence, waiting, onChange }: Props) {
  const [{ told }, put] = useWritten({ told: cadence === null ? "" : String(cadence) });
  const follow = (event: SyntheticEvent) => {
    event.preventDefault();
    if (waiting || told === "") return;
    onChange({ mode: "cadence", cadence: Number(told) });
  };
  return (
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
          autoFocus={cadence === null}
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
  );
}
