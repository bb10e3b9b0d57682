/** Asks a music server, and nobody else: it follows no redirect, and sends no cookie and no referrer. */
import { type Account, hostOf, parametersOf } from "./account";
import { type Answer, answerOf, notSubsonic } from "./answers";
import { ServerTrouble } from "./trouble";

type Parameters = Readonly<Record<string, string>>;

const ONLY_THERE = {
  redirect: "manual",
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
} as const satisfies RequestInit;
const ANSWER_WITHIN_MS = 20_000;
/** Between two parts of a song. */
const SILENT_MS = 30_000;
/** More is no song, or has no end. */
const MOST_BYTES = 400_000_000;
const MEGABYTE = 1_000_000;

/** How much of a song is here; `total` is null where the server does not say. */
export interface Loaded {
  readonly bytes: number;
  readonly total: number | null;
}

/** What the server answers to `question`; throws a `ServerTrouble`, or anything once cancelled. */
export async function ask(
  account: Account,
  question: string,
  parameters: Parameters,
  cancel: AbortSignal,
): Promise<Answer> {
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const signal = AbortSignal.any([cancel, late]);
  try {
    const response = await send(account, question, parameters, signal);
    return answerOf(account, response, await response.text());
  } catch (error) {
    throw cancel.aborted || error instanceof ServerTrouble ? error : await whyNot(account, late.aborted, cancel);
  }
}

/** How the server can be asked: servers that take no form are asked by address. */
export async function greet(account: Account, cancel: AbortSignal): Promise<Account> {
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const response = await send(account, "ping", {}, AbortSignal.any([cancel, late]));
    if (response.status === 405 && account.method === "POST") {
      return await greet({ ...account, method: "GET" }, cancel);
    }
    answerOf(account, response, await response.text());
    return account;
  } catch (error) {
    throw cancel.aborted || error instanceof ServerTrouble ? error : await whyNot(account, late.aborted, cancel);
  }
}

/** The whole recording of a song called `title`; throws a `ServerTrouble`, or anything once cancelled. */
export async function recordingOf(
  account: Account,
  song: { readonly server_id: string; readonly title: string },
  cancel: AbortSignal,
  onLoaded: (loaded: Loaded) => void,
): Promise<Blob> {
  const silence = new Silence();
  const signal = AbortSignal.any([cancel, silence.signal]);
  let loaded: Loaded | null = null;
  try {
    const response = await send(account, "stream", { id: song.server_id }, signal);
    const type = response.headers.get("content-type") ?? "";
    if (!response.ok || response.type === "opaqueredirect" || /json|xml|html/.test(type)) {
      const text = await response.text();
      answerOf(account, response, text); // throws, unless it greets where a song should be
      throw new ServerTrouble(notSubsonic(account, response, text));
    }
    const length = Number(response.headers.get("content-length"));
    let here: Loaded = { bytes: 0, total: length > 0 ? length : null };
    loaded = here;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of partsOf(response)) {
      silence.broken();
      parts.push(part);
      here = { ...here, bytes: here.bytes + part.length };
      loaded = here;
      if (here.bytes > MOST_BYTES) throw new ServerTrouble(endless(account, song.title), "song");
      onLoaded(here);
    }
    if (here.total !== null && here.bytes < here.total) throw new Error("Cut off.");
    return new Blob(parts, { type });
  } catch (error) {
    if (cancel.aborted || error instanceof ServerTrouble) throw error;
    if (loaded) throw new ServerTrouble(half(account, song.title, loaded), "song");
    throw await whyNot(account, silence.signal.aborted, cancel);
  } finally {
    silence.end();
  }
}

/** Whether songs may be loaded, not only listed: throws a `ServerTrouble` where not. */
export async function tryStream(account: Account, server_id: string, cancel: AbortSignal): Promise<void> {
  const enough = new AbortController();
  const song = { server_id, title: "The first song" };
  const signal = AbortSignal.any([cancel, enough.signal]);
  await recordingOf(account, song, signal, () => {
    enough.abort();
  }).catch((error: unknown) => {
    if (!enough.signal.aborted) throw error;
  });
}

/** "12.3 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(bytes < 100 * MEGABYTE ? 1 : 0)} MB`;
}

function send(
  account: Account,
  question: string,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<Response> {
  const form = new URLSearchParams({ ...parametersOf(account), ...parameters });
  const place = `${account.address}/rest/${question}.view`;
  return account.method === "POST"
    ? fetch(place, { ...ONLY_THERE, method: "POST", body: form, signal })
    : fetch(`${place}?${form.toString()}`, { ...ONLY_THERE, signal });
}

/** The parts of a body as they come. */
async function* partsOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  for (;;) {
    const step = await reader?.read();
    if (!step || step.done) return;
    yield step.value;
  }
}

/** A browser does not say why it got no answer, so one question without any secret finds out. */
async function whyNot(account: Account, late: boolean, cancel: AbortSignal): Promise<ServerTrouble> {
  const host = hostOf(account);
  if (late) {
    return new ServerTrouble(`${host} did not answer in time: look whether it runs and is not busy, then try again.`);
  }
  const signal = AbortSignal.any([cancel, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  const reachable = await fetch(`${account.address}/rest/ping.view`, {
    mode: "no-cors",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal,
  }).then(
    () => true,
    () => false,
  );
  cancel.throwIfAborted();
  return new ServerTrouble(reachable ? forbidden(host) : unreachable(host));
}

function forbidden(host: string): string {
  return (
    `${host} is there, but forbids this page to read what it answers (CORS). Have it, or the reverse proxy before it, ` +
    `answer everything under /rest/, songs too, with the header “Access-Control-Allow-Origin: ${location.origin}”; ` +
    "or it sends on to another address: then enter that one."
  );
}

function unreachable(host: string): string {
  return (
    `${host} cannot be reached from this browser: look whether the address is right, the server runs, and its certificate is valid. ` +
    "If the browser asks whether this page may reach devices in your network, allow it."
  );
}

function half(account: Account, title: string, { bytes, total }: Loaded): string {
  const of = total === null ? "" : ` of ${megabytes(total)}`;
  return `“${title}” broke off after ${megabytes(bytes)}${of}: ${hostOf(account)} or the network went away in the middle of it.`;
}

function endless(account: Account, title: string): string {
  return `“${title}” has more than ${megabytes(MOST_BYTES)} at ${hostOf(account)}, which this page does not load.`;
}

/** Aborts what has been silent for too long. */
class Silence {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.broken();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  broken(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.controller.abort();
    }, SILENT_MS);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
