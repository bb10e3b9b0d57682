import type { Mode, Settings } from "../../wire/messages";
import { MODES, MODE_WORDS } from "../../workout/modes";
import { Press } from "../Press";

interface Props {
  readonly settings: Settings;
  /** What was asked for and is not answered yet, else what is in force. */
  readonly asked: Settings;
  readonly onChoose: (mode: Mode) => void;
}

/** The rule that the target tempo follows. */
export function ModeChoice({ settings, asked, onChoose }: Props) {
  return (
    <fieldset className="modes">
      <legend>Mode</legend>
      {MODES.map((mode) => (
        <Press
          key={mode}
          off={asked !== settings}
          pressed={settings.mode === mode}
          onPress={() => {
            if (mode !== settings.mode) onChoose(mode);
          }}
        >
          <b>{MODE_WORDS[mode].name}</b>{" "}
          {asked.mode === mode && settings.mode !== mode && <i>changing…</i>}
          <span>{MODE_WORDS[mode].sentence}</span>
        </Press>
      ))}
    </fieldset>
  );
}
