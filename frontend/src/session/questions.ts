/** Questions to the server that somebody waits for, each with the answer of the same name. */
import { ANSWER_WITHIN_MS } from "../workout/asked";
import type { ClientMessage, ServerMessage } from "../wire/messages";
import { named } from "../wire/named";

/** A question went unanswered, or was refused; `message` says which, as a sentence. */
export class Unanswered extends Error {}

const NOT_SENT = "There is no connection, so this cannot be looked up now. Try again when it is back.";
const NO_ANSWER = "The server did not answer. Try again.";

/** Why a question has no answer, for whoever asked. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : NO_ANSWER;
}

interface Waiting {
  readonly question: ClientMessage;
  isSent: boolean;
  readonly onAnswer: (message: ServerMessage) => void;
  readonly reject: (error: Unanswered) => void;
  readonly until: ReturnType<typeof setTimeout>;
}

/** Asks, also again where the connection went, and hands each answer to whoever asked. */
export class Questions {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly send: (message: ClientMessage) => boolean) {}

  /** The answer to `message`, of this type; rejects with `Unanswered`. */
  ask<Type extends ServerMessage["type"]>(
    message: ClientMessage,
    type: Type,
  ): Promise<ServerMessage & { readonly type: Type }> {
    const question = named(message);
    return new Promise((resolve, reject) => {
      const until = setTimeout(() => {
        this.giveUp(question.id);
      }, ANSWER_WITHIN_MS);
      const onAnswer = (answer: ServerMessage) => {
        if (isOf(answer, type)) resolve(answer);
        else reject(new Unanswered(answer.type === "error" ? answer.message : NO_ANSWER));
      };
      const isSent = this.send(question);
      this.waiting.set(question.id, { question, isSent, onAnswer, reject, until });
    });
  }

  /** Takes what the server said; answers whether somebody waited for it. */
  onMessage(message: ServerMessage): boolean {
    const waiting = this.settled(message.id);
    waiting?.onAnswer(message);
    return waiting !== null;
  }

  /** The connection is open: what was asked on none, or on one that went, is asked on it. */
  resume(): void {
    for (const waiting of this.waiting.values()) waiting.isSent = this.send(waiting.question);
  }

  /** Nobody will answer any more. */
  stop(): void {
    for (const id of [...this.waiting.keys()]) this.giveUp(id);
  }

  private giveUp(id: string): void {
    const waiting = this.settled(id);
    waiting?.reject(new Unanswered(waiting.isSent ? NO_ANSWER : NOT_SENT));
  }

  private settled(id: string | undefined): Waiting | null {
    const waiting = id === undefined ? undefined : this.waiting.get(id);
    if (id === undefined || !waiting) return null;
    clearTimeout(waiting.until);
    this.waiting.delete(id);
    return waiting;
  }
}

function isOf<Type extends ServerMessage["type"]>(
  message: ServerMessage,
  type: Type,
): message is ServerMessage & { readonly type: Type } {
  return message.type === type;
}
