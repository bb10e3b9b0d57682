import { type RefObject, type SyntheticEvent, useRef } from "react";

import { MODES, type Mode, type Settings } from "../messages";
import { MODE_WORDS } from "../modes";
import { Press } from "./Press";

interface Props {
  readonly settings: Settings;
  /** What was asked for and is not answered yet, else what is in force. */
  readonly asked: Settings;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** The rule that the target tempo follows. */
export function ModeChoice({ settings, asked, onChange }: Props) {
  const cadence = useRef<HTMLInputElement>(null);
  const choose = (mode: Mode) => {
    if (mode === "cadence" && settings.cadence === null) cadence.current?.focus();
    else if (mode !== settings.mode) onChange({ mode });
  };
  return (
    <fieldset className="modes">
      <legend>Mode</legend>
      {MODES.map((mode) => (
        <Press
          key={mode}
          off={asked !== settings}
          pressed={settings.mode === mode}
          onPress={() => {
            choose(mode);
          }}
        >
          <b>{MODE_WORDS[mode].name}</b>{" "}
          <span>{isAskedFor(mode, settings, asked) ? "Changing…" : MODE_WORDS[mode].sentence}</span>
        </Press>
      ))}
      <Cadence settings={settings} field={cadence} onChange={onChange} />
    </fieldset>
  );
}

function isAskedFor(mode: Mode, settings: Settings, asked: Settings): boolean {
  return asked.mode === mode && settings.mode !== mode;
}

interface CadenceProps extends Pick<Props, "settings" | "onChange"> {
  readonly field: RefObject<HTMLInputElement | null>;
}

/** Follows steps or turns, which the athlete tells: this page has no sensor for them. */
function Cadence({ settings, field, onChange }: CadenceProps) {
  const follow = (event: SyntheticEvent) => {
    event.preventDefault();
    const cadence = field.current?.valueAsNumber ?? NaN;
    if (Number.isFinite(cadence)) onChange({ mode: "cadence", cadence });
  };
  return (
    <form className="cadence" onSubmit={follow}>
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
          defaultValue={settings.cadence ?? ""}
        />
      </label>
      <button type="submit">Follow</button>
    </form>
  );
}
