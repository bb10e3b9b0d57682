/** What was asked of the server, until it answers with the same `id`. */
import type { Named } from "../wire/messages";

export type Asked<What> =
  | { readonly phase: "none" }
  | ({ readonly phase: "asked"; readonly id: string; readonly at_ms: number } & Readonly<What>)
  | ({ readonly phase: "taken"; readonly at_ms: number } & Readonly<What>)
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

/** A question as it was asked; `sent` is false where there was no connection. */
export interface Asking {
  readonly id: string;
  readonly sent: boolean;
  readonly now_ms: number;
}

/** `what` was asked, or could not be, for want of a connection. */
export function ask<What extends object>(what: What, { id, sent, now_ms }: Asking): Asked<What> {
  return sent ? { phase: "asked", id, at_ms: now_ms, ...what } : refuse(NOT_SENT, now_ms);
}

/** Whether `message` is the answer to what was asked. */
export function isAnswer(asked: Asked<object>, { id }: Named): boolean {
  return asked.phase === "asked" && asked.id === id;
}

const NOT_SENT = "This was not sent, because there is no connection. Try again when it is back.";

export function refuse(sentence: string, now_ms: number): Refused {
  return { phase: "refused", sentence, at_ms: now_ms };
}
