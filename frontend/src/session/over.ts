/** A workout that was ended: what the page shows no more of, whatever still comes of it. */
import type { Asked } from "../workout/asked";

/** The session that was ended, null where the server has not told of it yet; and when, epoch ms. */
export interface Over {
  readonly session: number | null;
  readonly ended_ms: number;
}

/** The end of a workout, from the wish to the server's word. */
export type Ending = Asked<object>;

/** Whether what comes of `session` is of the workout that was ended. */
export function isOver(over: Over | null, session: number): boolean {
  return over !== null && session <= (over.session ?? over.ended_ms);
}
