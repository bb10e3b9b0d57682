/** What was asked of the server, until it answers. */

export type Asked<What> =
  | { readonly phase: "none" }
  | ({ readonly phase: "asked" | "taken"; readonly at_ms: number } & Readonly<What>)
  | Refused;

interface Refused {
  readonly phase: "refused";
  readonly sentence: string;
  readonly at_ms: number;
}

export const ANSWER_WITHIN_MS = 10_000;

/** Whether an answer may still come, so that asking again would be too early. */
export function isWaiting(asked: Asked<object>, now_ms: number): boolean {
  return asked.phase === "asked" && now_ms - asked.at_ms < ANSWER_WITHIN_MS;
}

/** `what` was asked at `now_ms`, or could not be, for want of a connection. */
export function ask<What extends object>(what: What, sent: boolean, now_ms: number): Asked<What> {
  return sent ? { phase: "asked", at_ms: now_ms, ...what } : refuse(NOT_SENT, now_ms);
}

const NOT_SENT = "This was not sent, because there is no connection. Try again when it is back.";

export function refuse(sentence: string, now_ms: number): Refused {
  return { phase: "refused", sentence, at_ms: now_ms };
}
