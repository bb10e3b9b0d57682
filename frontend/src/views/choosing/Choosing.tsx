import { useState } from "react";

import type { Mode, Settings } from "../../wire/messages";
import { settingsSentence } from "../../workout/modes";
import type { State } from "../../session/store";
import { useWaiting } from "../hooks";
import { AboutMe } from "./AboutMe";
import { Cadence } from "./Cadence";
import { Genres } from "./Genres";
import { ModeAim } from "./ModeAim";
import { ModeChoice } from "./ModeChoice";
import { OnFloor } from "./OnFloor";
import "./Choosing.css";

interface Props {
  readonly state: State;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** How songs are chosen: what is in force, and what else there is. */
export function Choosing({ state, onChange }: Props) {
  const [wantsCadence, setWantsCadence] = useState(false);
  const { settings, change } = state;
  const waiting = useWaiting(change);
  if (!settings) return null;
  const asked = waiting && change.phase === "asked" ? change.settings : settings;
  const wish = (wished: Partial<Settings>) => {
    if (!waiting) onChange(wished);
  };
  const choose = (mode: Mode) => {
    const unknown = mode === "cadence" && settings.cadence === null;
    setWantsCadence(unknown);
    if (!unknown) wish({ mode });
  };
  return (
    <section className="choosing card" aria-labelledby="choosing" aria-busy={waiting}>
      <details>
        <summary>
          <h2 id="choosing">How songs are chosen</h2>
          <span data-testid="settings">{settingsSentence(settings)}</span>
        </summary>
        <ModeChoice settings={settings} asked={asked} onChoose={choose} />
        <div className="more">
          {wantsCadence && settings.cadence === null ? (
            <Cadence cadence={null} waiting={waiting} onChange={wish} />
          ) : (
            <ModeAim settings={settings} waiting={waiting} onChange={wish} />
          )}
          <label className="check">
            <input
              type="checkbox"
              aria-disabled={waiting}
              checked={settings.responsive}
              onChange={() => {
                wish({ responsive: !settings.responsive });
              }}
            />
            <span>Change songs in the middle, when my heart rate has left their tempo.</span>
          </label>
          <Genres settings={settings} waiting={waiting} onChange={wish} />
          <AboutMe settings={settings} waiting={waiting} onChange={wish} />
        </div>
        <OnFloor settings={settings} waiting={waiting} onChange={wish} />
      </details>
    </section>
  );
}
