/** Reads many past workouts, one question after the other. */
import type { History, PastSongs, PastWorkout } from "../wire/messages";

export interface PastAsks {
  readonly history: (before_ms?: number) => Promise<History>;
  readonly past: (session: number) => Promise<PastSongs>;
}

/** The server answers one person ten times a second, and there may be more of their pages. */
export const PAUSE_MS = 150;

/** The list of workouts that began at or after `since_ms`, newest first; rejects with a sentence. */
export async function listSince(
  { history }: PastAsks,
  since_ms: number,
  leaving: AbortSignal,
): Promise<readonly PastWorkout[]> {
  const workouts: PastWorkout[] = [];
  let before_ms: number | null | undefined = undefined;
  while (before_ms !== null && (before_ms === undefined || before_ms > since_ms)) {
    const page: History = await history(before_ms);
    leaving.throwIfAborted();
    workouts.push(...page.workouts);
    before_ms = page.before_ms;
    if (before_ms !== null) await pause();
  }
  return workouts.filter(({ session }) => session >= since_ms);
}

/** Each of these workouts with its songs, told as they come; rejects with a sentence. */
export async function readEach(
  { past }: PastAsks,
  workouts: readonly PastWorkout[],
  onPast: (past: PastSongs) => void,
  leaving: AbortSignal,
): Promise<void> {
  for (const { session } of workouts) {
    const told = await past(session);
    leaving.throwIfAborted();
    onPast(told);
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}
