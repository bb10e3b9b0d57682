/** Questions to the server that somebody waits for, each with the answer of the same name. */
import { ANSWER_WITHIN_MS } from "../workout/asked";
import type { ClientMessage, ServerMessage } from "../wire/messages";
import { named } from "../wire/named";

/** A question went unanswered, or was refused; `message` says which, as a sentence. */
export class Unanswered extends Error {}

/** Why a question has no answer, for whoever asked. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : NO_ANSWER;
}

const NOT_SENT = "There is no connection, so this cannot be looked up now. Try again when it is back.";
const NO_ANSWER = "The server did not answer. Try again.";

interface Waiting {
  readonly onAnswer: (message: ServerMessage) => void;
  readonly reject: (error: Unanswered) => void;
  readonly until: ReturnType<typeof setTimeout>;
}

/** Asks, and hands each answer to whoever asked. */
export class Questions {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly send: (message: ClientMessage) => boolean) {}

  /** The answer to `message`, of this type; rejects with `Unanswered`. */
  ask<Type extends ServerMessage["type"]>(
    message: ClientMessage,
    type: Type,
  ): Promise<ServerMessage & { readonly type: Type }> {
    const question = named(message);
    if (!this.send(question)) return Promise.reject(new Unanswered(NOT_SENT));
    return new Promise((resolve, reject) => {
      const until = setTimeout(() => {
        this.settle(question.id, ({ reject }) => {
          reject(new Unanswered(NO_ANSWER));
        });
      }, ANSWER_WITHIN_MS);
      const onAnswer = (answer: ServerMessage) => {
        if (isOf(answer, type)) resolve(answer);
        else reject(new Unanswered(answer.type === "error" ? answer.message : NO_ANSWER));
      };
      this.waiting.set(question.id, { onAnswer, reject, until });
    });
  }

  /** Takes what the server said; answers whether somebody waited for it. */
  onMessage(message: ServerMessage): boolean {
    return this.settle(message.id, ({ onAnswer }) => {
      onAnswer(message);
    });
  }

  /** The connection went, and with it what was asked on it. */
  hold(): void {
    for (const id of [...this.waiting.keys()]) {
      this.settle(id, ({ reject }) => {
        reject(new Unanswered(NOT_SENT));
      });
    }
  }

  private settle(id: string | undefined, tell: (waiting: Waiting) => void): boolean {
    const waiting = id === undefined ? undefined : this.waiting.get(id);
    if (id === undefined || !waiting) return false;
    clearTimeout(waiting.until);
    this.waiting.delete(id);
    tell(waiting);
    return true;
  }
}

function isOf<Type extends ServerMessage["type"]>(
  message: ServerMessage,
  type: Type,
): message is ServerMessage & { readonly type: Type } {
  return message.type === type;
}
