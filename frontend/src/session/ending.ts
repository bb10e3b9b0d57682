/** How a workout ends on the page, and what the server says to it. */
import type { Sample, ServerMessage } from "../wire/messages";
import { isAnswer, refuse } from "../workout/asked";
import type { Ending, Over } from "./over";
import { EMPTY, type State } from "./state";

/** The server says that a session has ended. */
export function reduceEnded(
  state: State,
  ended: ServerMessage & { readonly type: "ended" },
  now_ms: number,
): State {
  const { session, ended_ms } = ended;
  const here = closed(state, { session, ended_ms });
  return isAnswer(state.ending, ended) ? { ...here, ending: { phase: "taken", at_ms: now_ms } } : here;
}

/** Nothing was there to be ended, which is as good; else the workout goes on, as the next answer tells. */
export function notEnded(
  state: State,
  { code, message }: ServerMessage & { readonly type: "error" },
  now_ms: number,
): State {
  if (code === "too_many_messages" || code === "busy") return state; // it is said again
  const ending: Ending = code === "no_session" ? { phase: "taken", at_ms: now_ms } : refuse(message, now_ms);
  return { ...state, ending, over: code === "no_session" ? state.over : null };
}

/** The state after the workout that is `over`: nothing of it is left but what is known of the athlete. */
export function closed(state: State, over: Over): State {
  const { session } = state;
  if (session !== null && over.session !== null && over.session < session) return state;
  if (session === null && state.over?.ended_ms === over.ended_ms) return { ...state, over };
  const { status, problem, told, reopened, stale_after_ms, opinions, may_send, ending } = state;
  const settings = state.settings && { ...state.settings, lock: null, cadence: null };
  const here = { ...EMPTY, status, problem, told, reopened, stale_after_ms, opinions, may_send };
  const kept = { ...here, settings, chosen: state.chosen, change: state.change, ending, over };
  const { measured, arrivals } = state;
  const isLater = ([at_ms]: Sample) => at_ms > over.ended_ms;
  if (!measured || !isLater(measured)) return kept;
  // The next workout has begun here.
  const recent = state.recent.filter(isLater);
  const trace = state.trace.filter(({ at_ms }) => at_ms > over.ended_ms);
  return { ...kept, measured, recent, arrivals, confirmed: true, trace };
}
