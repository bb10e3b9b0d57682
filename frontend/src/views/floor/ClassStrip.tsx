import type { FloorState } from "../../floor/floor";
import type { FloorClass } from "../../wire/messages";
import { phasesOf } from "../../workout/phases";
import { useTick } from "../hooks";
import { PlanStrip } from "../plan/PlanStrip";

/** The phase of the class that runs, how long it still lasts, and what follows. */
export function ClassStrip({ running: { plan, started_ms } }: { readonly running: FloorClass }) {
  const elapsed_s = useTick((now_ms) => Math.floor((now_ms - started_ms) / 1000));
  return (
    <div className="floor-class">
      <PlanStrip phases={phasesOf(plan)} elapsed_s={elapsed_s} />
    </div>
  );
}

const SHOWN_MS = 15_000;

/** How many a plan reached, or why it did not, as long as that is new. */
export function ClassNote({ planning, running }: Pick<FloorState, "planning" | "running">) {
  const told = planning.phase === "taken" || planning.phase === "refused" ? planning : null;
  const isNew = useTick((now_ms) => told !== null && now_ms - told.at_ms <= SHOWN_MS);
  return (
    <p className="class-note" role="status" data-testid="class-note">
      {told && isNew && (told.phase === "refused" ? told.sentence : reachedWords(told.people, running !== null))}
    </p>
  );
}

function reachedWords(people: number, runs: boolean): string {
  const who = people === 1 ? "1 person" : `${people} people`;
  if (!runs) return `The class has ended. ${who} ${people === 1 ? "goes" : "go"} on in their own mode and plan.`;
  const late = "Whoever joins later joins the phase that runs then.";
  return people === 0 ? `Nobody is here yet. ${late}` : `The plan runs for ${who}. ${late}`;
}
