import type { Settings } from "../../wire/messages";
import { PLANS, PLAN_WORDS, planWords } from "../../workout/modes";
import { ZONES, ZONE_NAMES } from "../../workout/zone";
import { Cadence } from "./Cadence";
import { Cues } from "./Cues";
import { OwnPlan } from "./OwnPlan";

interface Props {
  readonly settings: Settings;
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** What the mode in force aims at, where that may be chosen. */
export function ModeAim({ settings, waiting, onChange }: Props) {
  switch (settings.mode) {
    case "push":
    case "hold":
      return (
        <>
          <GoalZone settings={settings} waiting={waiting} onChange={onChange} />
          <Cues plan={false} />
        </>
      );
    case "plan":
      return (
        <>
          <Plan settings={settings} waiting={waiting} onChange={onChange} />
          <OwnPlan plan={settings.plan} waiting={waiting} onChange={onChange} />
          <Cues plan />
        </>
      );
    case "cadence":
      return <Cadence cadence={settings.cadence} waiting={waiting} onChange={onChange} />;
    case "pulse":
    case "zone":
    case "recover":
      return null;
  }
}

function GoalZone({ settings, waiting, onChange }: Props) {
  return (
    <label className="aim">
      Goal zone
      <select
        aria-disabled={waiting}
        value={settings.goal_zone}
        onChange={(event) => {
          onChange({ goal_zone: Number(event.target.value) });
        }}
      >
        {ZONES.map((zone) => (
          <option key={zone} value={zone}>
            {zone}, {ZONE_NAMES[zone]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Plan({ settings: { plan }, waiting, onChange }: Props) {
  const own = typeof plan !== "string";
  return (
    <label className="aim">
      Plan
      <select
        aria-disabled={waiting}
        value={own ? "own" : plan}
        onChange={(event) => {
          const name = PLANS.find((each) => each === event.target.value);
          if (name) onChange({ plan: name });
        }}
      >
        {PLANS.map((name) => (
          <option key={name} value={name}>
            {PLAN_WORDS[name]}
          </option>
        ))}
        {own && <option value="own">{planWords(plan)}</option>}
      </select>
    </label>
  );
}
