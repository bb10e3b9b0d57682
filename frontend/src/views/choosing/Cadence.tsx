import { type SyntheticEvent, useRef } from "react";

import type { Settings } from "../../wire/messages";

interface Props {
  readonly cadence: number | null;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Steps or turns a minute as the athlete tells them: this page has no sensor for them. */
export function Cadence({ cadence, onChange }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const follow = (event: SyntheticEvent) => {
    event.preventDefault();
    const told = field.current?.valueAsNumber ?? NaN;
    if (Number.isFinite(told)) onChange({ mode: "cadence", cadence: told });
  };
  return (
    <form className="aim" onSubmit={follow}>
      <label>
        Steps or turns a minute
        <input
          ref={field}
          type="number"
          inputMode="decimal"
          min="20"
          max="250"
          step="any"
          required
          autoFocus={cadence === null}
          defaultValue={cadence ?? ""}
        />
      </label>
      <button type="submit">Follow</button>
    </form>
  );
}
