/** Checks what the server sent, so that everything behind this file can trust its types. */
import { RECEIVED } from "./generated/schemas";
import type * as wire from "./generated/types";
import type { ServerMessage, TracePoint } from "./messages";
import { Misfit, type Schema, quote, read } from "./schema";

/** What came is not a message this page understands; `message` says why, as a sentence. */
export class UnreadableMessage extends Error {}

/** The gateway's own answer, which has no `type` on the wire. */
const REFUSED: Schema = { type: "object", properties: { message: { type: "string" } }, required: ["message"] };
const SCHEMAS = new Map<unknown, Schema>(Object.entries(RECEIVED));

/** Decodes one message of the server; throws `UnreadableMessage`. */
export function decode(text: string): ServerMessage {
  const from = object(parse(text));
  if (from.type === undefined) {
    return { type: "refused", ...(checked(REFUSED, from) as { readonly message: string }) };
  }
  const schema = SCHEMAS.get(from.type);
  if (schema) return withNamedPoints(checked(schema, from) as wire.Received);
  throw new UnreadableMessage(
    `The server sent a message of unknown type ${quote(from.type)}. Reload the page to get its newest version.`,
  );
}

/** Points come as lists, to be short. */
function withNamedPoints(message: wire.Received): ServerMessage {
  if (message.type === "workout") {
    const { latest, trace } = message;
    return { ...message, latest: latest && named(latest), trace: trace.map(named) };
  }
  if (message.type !== "floor") return message;
  const people = message.people.map((person) => ({
    ...person,
    latest: person.latest && named(person.latest),
  }));
  return { ...message, people };
}

function named([at_ms, heart_rate, average]: wire.TracePoint): TracePoint {
  return { at_ms, heart_rate, average };
}

function checked(schema: Schema, from: object): unknown {
  try {
    return read(schema, from, "message", "server");
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new UnreadableMessage(
      `The server sent something that this page cannot read: "${error.field}" ${error.message} ` +
        "Reload the page to get its newest version.",
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableMessage(`The server sent ${quote(text)}, which is not JSON.`);
  }
}

function object(value: unknown): { readonly type?: unknown } {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UnreadableMessage(`The message from the server is ${quote(value)} and not an object.`);
}
