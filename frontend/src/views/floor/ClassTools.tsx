import { useEffect, useRef, useState } from "react";

import type { FloorState } from "../../floor/floor";
import type { Settings } from "../../wire/messages";
import { PLANS, PLAN_WORDS, planWords } from "../../workout/modes";
import { Press } from "../Press";
import { useWaiting } from "../hooks";

type Plan = Settings["plan"];

interface Props {
  readonly state: FloorState;
  readonly onPlan: (plan: Plan | null) => void;
}

/** Starts a plan for everybody on the floor in one press; asks before only where one runs. */
export function ClassTools({ state: { running, planning }, onPlan }: Props) {
  const [plan, setPlan] = useState(PLANS[0] ?? "steady");
  const [doubtful, setDoubtful] = useState<Plan | "end" | null>(null);
  const waiting = useWaiting(planning);
  const tools = useRef<HTMLDivElement>(null);
  const ends = useRef(false);
  useEffect(() => {
    if (running || !ends.current) return;
    ends.current = false;
    if (document.activeElement === document.body) tools.current?.querySelector("button")?.focus();
  }, [running]);
  const close = () => {
    setDoubtful(null);
  };
  return (
    <div className="class-tools" ref={tools}>
      <label>
        Plan
        <select
          value={plan}
          onChange={(event) => {
            setPlan(PLANS.find((each) => each === event.target.value) ?? plan);
          }}
        >
          {PLANS.map((name) => (
            <option key={name} value={name}>
              {PLAN_WORDS[name]}
            </option>
          ))}
        </select>
      </label>
      <Press
        off={waiting}
        className={running ? "" : "primary"}
        onPress={() => {
          if (running) setDoubtful(plan);
          else onPlan(plan);
        }}
      >
        {waiting ? "Telling everybody…" : "Start for everybody"}
      </Press>
      {running && (
        <Press
          off={waiting}
          onPress={() => {
            setDoubtful("end");
          }}
        >
          End the class
        </Press>
      )}
      {running && doubtful !== null && (
        <Sure
          question={questionOf(running.plan, doubtful)}
          answer={doubtful === "end" ? "End the class" : "Start it instead"}
          onSure={() => {
            ends.current = doubtful === "end";
            onPlan(doubtful === "end" ? null : doubtful);
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

function questionOf(running: Plan, doubtful: Plan | "end"): string {
  const runs = `“${planWords(running)}” runs for everybody.`;
  if (doubtful === "end") return `${runs} End it? All go on in their own mode and plan.`;
  return `${runs} Start “${planWords(doubtful)}” instead, from its beginning?`;
}

interface SureProps {
  readonly question: string;
  readonly answer: string;
  readonly onSure: () => void;
  readonly onClose: () => void;
}

function Sure({ question, answer, onSure, onClose }: SureProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const leave = () => dialog.current?.close();
  return (
    <dialog className="sure" ref={dialog} aria-labelledby="sure" onClose={onClose}>
      <p id="sure">{question}</p>
      <div className="buttons">
        <button
          type="button"
          className="primary"
          onClick={() => {
            onSure();
            leave();
          }}
        >
          {answer}
        </button>
        <button type="button" onClick={leave}>
          Leave it running
        </button>
      </div>
    </dialog>
  );
}
