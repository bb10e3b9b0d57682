import { PLANS, type Settings } from "../messages";
import { PLAN_WORDS, ZONE_WORDS, planWords } from "../modes";

interface Props {
  readonly settings: Settings;
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** What the mode in force aims at, where that may be chosen. */
export function ModeAim({ settings, waiting, onChange }: Props) {
  const { mode, goal_zone, plan } = settings;
  if (mode === "push" || mode === "hold") {
    return (
      <label className="aim">
        Goal zone
        <select
          aria-disabled={waiting}
          value={goal_zone}
          onChange={(event) => {
            onChange({ goal_zone: Number(event.target.value) });
          }}
        >
          {ZONE_WORDS.map((words, index) => (
            <option key={words} value={index + 1}>
              {words}
            </option>
          ))}
        </select>
      </label>
    );
  }
  if (mode !== "plan") return null;
  return (
    <label className="aim">
      Plan
      <select
        aria-disabled={waiting}
        value={typeof plan === "string" ? plan : "own"}
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
        {typeof plan !== "string" && <option value="own">{planWords(plan)}</option>}
      </select>
    </label>
  );
}
