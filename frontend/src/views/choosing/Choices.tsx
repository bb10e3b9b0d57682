import { useState } from "react";

import type { Mode, Settings } from "../../wire/messages";
import type { State } from "../../session/store";
import { useWaiting } from "../hooks";
import { AboutMe } from "./AboutMe";
import { Cadence } from "./Cadence";
import { Genres } from "./Genres";
import { ModeAim } from "./ModeAim";
import { ModeChoice } from "./ModeChoice";
import { OnFloor } from "./OnFloor";
import "./Choices.css";

export interface Props {
  readonly settings: Settings;
  readonly change: State["change"];
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** What there is to choose from. */
export default function Choices({ settings, change, onChange }: Props) {
  const [wantsCadence, setWantsCadence] = useState(false);
  const waiting = useWaiting(change);
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
    <>
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
    </>
  );
}
