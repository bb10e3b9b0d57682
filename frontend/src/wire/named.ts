/** What the page calls its questions, so that it knows the answers again. */
import type { ClientMessage } from "./messages";

/** Other pages of the same person hear some of the same answers. */
const PAGE = Math.random().toString(36).slice(2, 10);
let asked = 0;

/** An id that no other message has. */
export function nextId(): string {
  asked += 1;
  return `${PAGE}-${asked}`;
}

/** The message with `id`, or one of its own: what answers it says the same. */
export function named(message: ClientMessage, id = nextId()): ClientMessage & { readonly id: string } {
  return { ...message, id };
}
