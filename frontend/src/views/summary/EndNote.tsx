import type { ReactNode } from "react";

import type { State } from "../../session/store";
import { isWaiting } from "../../workout/asked";
import { useTick } from "../hooks";

interface Props {
  readonly state: State;
  readonly children: ReactNode;
}

/** What became of the end of the workout, and what may be done now. */
export function EndNote({ state: { ending, status }, children }: Props) {
  const waits = useTick((now_ms) => isWaiting(ending, now_ms));
  return (
    <div className="ended">
      <p role="status" data-testid="end-note">
        {sentenceOf(ending, status.phase === "open", waits)}
      </p>
      {children}
    </div>
  );
}

function sentenceOf(ending: State["ending"], isOpen: boolean, waits: boolean): string {
  switch (ending.phase) {
    case "none":
      return "";
    case "asked":
      if (!isOpen) return "There is no connection. The end is kept here, and sent when the connection is back.";
      return waits ? "Ending…" : "The server has not answered yet. It is asked again.";
    case "taken":
      return "Ended, and kept among your past workouts.";
    case "refused":
      return ending.sentence;
  }
}
