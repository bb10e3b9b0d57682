import type { Problem } from "../session/store";
import { useTick } from "./hooks";

const SHOWN_MS = 15_000;

/** What went wrong, as long as it is new. */
export function ProblemNote({ problem }: { readonly problem: Problem | null }) {
  const isNew = useTick((now_ms) => problem !== null && now_ms - problem.at_ms <= SHOWN_MS);
  if (!problem || !isNew) return null;
  return (
    <p className="problem" role="alert">
      {problem.sentence}
    </p>
  );
}
