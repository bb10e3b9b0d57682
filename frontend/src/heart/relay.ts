/** Services that pass a heart rate on, and what they say; servers of one's own may say the same. */
import { UnreadablePacket, believed } from "./strap";

/**
 * Sources: docs.pulsoid.net, "Read Heart Rate via WebSocket"; github.com/HypeRate/DevDocs, which
 * has topics of Phoenix channels.
 */
export const SERVICES = {
  /** `token`: its name in the address; `secret`: what the service calls it; `device`: asked for too. */
  Pulsoid: {
    address: "wss://dev.pulsoid.net/api/v1/data/real_time",
    token: "access_token",
    secret: "Token",
    device: false,
  },
  HypeRate: {
    address: "wss://app.hyperate.io/socket/websocket",
    token: "token",
    secret: "Key",
    device: true,
  },
} as const;
export type ServiceName = keyof typeof SERVICES;

/** Whom to ask for whose heart rate. */
export interface Relay {
  readonly service: ServiceName;
  readonly address: string;
  readonly token: string;
  /** Whose heart rate, where the service asks for it. */
  readonly device: string;
}

/** The address with the token, for the socket alone; throws an `Error` with a sentence. */
export function addressOf({ service, address, token }: Relay): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^wss?:$/.test(url.protocol)) {
    throw new Error(`The address “${address}” should begin with wss://, or with ws:// on this device.`);
  }
  if (url.protocol === "ws:" && !["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) {
    throw new Error(`Over ws://, anybody on the way to ${url.hostname} could read the token. Use wss://.`);
  }
  url.searchParams.set(SERVICES[service].token, token);
  return url.href;
}

/** What is sent once a socket is open; nothing where the service needs nothing. */
export function joining({ service, device }: Relay): object | null {
  if (service === "Pulsoid") return null;
  return { topic: topicOf(device), event: "phx_join", payload: {}, ref: 0 };
}

/** Keeps the connection to HypeRate, which closes it after a longer silence. */
export const HEARTBEAT = { topic: "phoenix", event: "heartbeat", payload: {}, ref: 0 };
export const HEARTBEAT_EVERY_MS = 10_000;

/** Beats a minute of a message, null where it is about something else; throws `UnreadablePacket`. */
export function heartRateFrom(service: ServiceName, text: string, device = ""): number | null {
  const message = parse(service, text);
  const heart_rate = service === "Pulsoid" ? fromPulsoid(message) : fromHypeRate(message, device);
  if (heart_rate === undefined) return null;
  if (heart_rate === 0 || heart_rate === null) {
    throw new UnreadablePacket(`${service} gets no heart rate from the device at the moment.`);
  }
  if (typeof heart_rate !== "number") {
    throw new UnreadablePacket(`${service} sent ${quote(heart_rate)} for a heart rate, which is not used.`);
  }
  return believed(heart_rate, service);
}

/** When the heart rate of a message was measured, epoch ms; null where it does not say. */
export function measuredAt(text: string): number | null {
  const said = within(parsed(text), "measured_at");
  const at = typeof said === "string" || typeof said === "number" ? Number(said) : NaN;
  return Number.isFinite(at) ? at : null;
}

/** Whether a message ends the channel of the device, which has to be joined again. */
export function isChannelClosed({ service, device }: Relay, text: string): boolean {
  const message = parsed(text);
  if (service !== "HypeRate" || isOfAnother(message, device)) return false;
  return ["phx_close", "phx_error"].includes(String(within(message, "event")));
}

/** With `response_mode=text_plain_only_heart_rate` in the address a message is a number alone. */
function fromPulsoid(message: unknown): unknown {
  if (typeof message === "number") return message;
  const wrong = within(message, "error_message") ?? within(message, "error");
  if (wrong !== undefined && wrong !== null) {
    const code = within(message, "error_code");
    const number = typeof code === "number" ? ` (${code})` : "";
    throw new UnreadablePacket(`Pulsoid answers: ${quote(wrong)}${number}. Check the token, and whether its subscription runs.`);
  }
  return within(message, "data", "heart_rate");
}

function fromHypeRate(message: unknown, device: string): unknown {
  if (typeof message === "number") return message;
  if (isOfAnother(message, device)) return undefined;
  const event = within(message, "event");
  if (event === "phx_reply" && within(message, "payload", "status") === "error") {
    const reason = within(message, "payload", "response", "reason");
    const says = typeof reason === "string" ? ` It answers: ${quote(reason)}.` : "";
    throw new UnreadablePacket(`HypeRate knows no such device. Stop, and check its ID.${says}`);
  }
  return event === "hr_update" ? within(message, "payload", "hr") : undefined;
}

/** Whether a message has a topic, and that is not the device's. */
function isOfAnother(message: unknown, device: string): boolean {
  const topic = within(message, "topic");
  return device !== "" && typeof topic === "string" && topic !== topicOf(device);
}

function topicOf(device: string): string {
  return `hr:${device}`;
}

function parse(service: ServiceName, text: string): unknown {
  if (text.trim() === "") return undefined;
  const message = parsed(text);
  if (message !== undefined) return message;
  throw new UnreadablePacket(`${service} sent ${quote(text)}, which is not JSON and is not used.`);
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function within(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  );
}

/** As JSON, and its beginning alone where it is long. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
