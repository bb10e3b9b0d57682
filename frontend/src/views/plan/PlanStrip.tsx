import { useMemo } from "react";

import type { Phase } from "../../wire/messages";
import type { State } from "../../session/store";
import { workoutTime } from "../../workout/clock";
import { type PhaseNow, phaseAt, phasesOf, planBegan, thenWords } from "../../workout/phases";
import { duration } from "../../workout/words";
import { ZONE_NAMES } from "../../workout/zone";
import { zoneColour } from "../heart/ZoneBar";
import { useTick } from "../hooks";
import "./PlanStrip.css";

/** Where the workout's plan stands; nothing in another mode. */
export function PlanOfWorkout({ state }: { readonly state: State }) {
  const { settings, session, arrivals } = state;
  const plan = settings?.mode === "plan" ? settings.plan : null;
  const phases = useMemo(() => (plan === null ? null : phasesOf(plan)), [plan]);
  const elapsed_s = useTick((now_ms) => {
    const at_ms = workoutTime(arrivals, now_ms);
    if (!settings || session === null || at_ms === null) return null;
    return Math.floor((at_ms - planBegan(settings, session)) / 1000);
  });
  if (!phases || elapsed_s === null) return null;
  return <PlanStrip phases={phases} elapsed_s={elapsed_s} />;
}

interface Props {
  readonly phases: readonly Phase[];
  /** Whole seconds since the plan began. */
  readonly elapsed_s: number;
}

/** A plan as a strip: the phase and its zone, how long it still lasts, all phases, and what follows. */
export function PlanStrip({ phases, elapsed_s }: Props) {
  const now = phaseAt(phases, Math.max(0, elapsed_s) * 1000);
  if (!now) return null;
  const all_s = phases.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <section className="plan-strip" aria-label="Plan" data-testid="plan" style={zoneColour(now.zone)}>
      <p className="phase">
        <b data-testid="phase">
          {now.index + 1}/{now.count} {ZONE_NAMES[now.zone]}
        </b>{" "}
        <span>zone {now.zone}</span>
      </p>
      <p className="countdown" data-testid="countdown">
        {now.left_ms === null ? "done" : duration(now.left_ms)}
      </p>
      <Bar phases={phases} now={now} share={Math.min(1, Math.max(0, elapsed_s) / all_s)} />
      <p className="then" data-testid="then">
        {thenWords(now)}
      </p>
    </section>
  );
}

interface BarProps {
  readonly phases: readonly Phase[];
  readonly now: PhaseNow;
  /** How much of the plan has passed. */
  readonly share: number;
}

function Bar({ phases, now, share }: BarProps) {
  return (
    <div className="phases" aria-hidden="true">
      <ol>
        {phases.map(({ seconds, zone }, index) => (
          <li
            key={index}
            data-now={index === now.index && now.left_ms !== null}
            data-zone={zone}
            style={{ flexGrow: seconds }}
          />
        ))}
      </ol>
      <i style={{ left: `${share * 100}%` }} />
    </div>
  );
}
