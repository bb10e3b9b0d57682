import type { Problem } from "../workout/store";

const SHOWN_MS = 15_000;

interface Props {
  readonly problem: Problem | null;
  readonly now_ms: number;
}

/** What went wrong, as long as it is new. */
export function ProblemNote({ problem, now_ms }: Props) {
  if (!problem || now_ms - problem.at_ms > SHOWN_MS) return null;
  return (
    <p className="problem" role="alert">
      {problem.sentence}
    </p>
  );
}
