/**
 * Logs in by OpenID Connect: authorization code with PKCE, without a secret.
 *
 * Tokens live in this tab's session storage: they are gone with the tab, and no other tab has them.
 */
import { isOnline } from "./network";

/** Where the people of this stage log in, as /config.json tells it. */
export interface Login {
  readonly authorize_url: string;
  readonly token_url: string;
  readonly client_id: string;
  /** Ends the login server's own session, too; absent where it has no such address. */
  readonly logout_url?: string;
}

/** What must be known again when the browser comes back from the login server. */
interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The address to return to, as far as it is kept: "?floor=north-gym", or empty. */
  readonly search: string;
}

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string | null;
  readonly expires_at_ms: number;
  /** Who is there, as people call themselves. */
  readonly name: string;
}

/** The token endpoint's answer, as far as it is looked at. */
type Answer = Readonly<Record<string, unknown>>;

export const REFRESH_BEFORE_MS = 60_000;
/** What of the page's address is there again after the visit to the login server. */
const KEPT = ["floor", "join"];
const BEGUN = "tempofit.login";
const TOKENS = "tempofit.tokens";
const ANSWER_WITHIN_MS = 10_000;
const AGAIN = "Try again.";
const NEEDS_NETWORK =
  "No network: signing in needs one. The page goes on by itself when the network is back.";

let signingIn: Promise<string> | null = null;
let refreshing: Promise<string> | null = null;

/**
 * The name of who is logged in, now or after a visit to the login server, which leaves the page.
 * Throws an `Error` whose message is a sentence.
 */
export function signIn(login: Login): Promise<string> {
  signingIn ??= begin(login); // a code is good for one use
  return signingIn;
}

/**
 * An access token that is good for a minute at least. Leaves for the login server where it refuses
 * to refresh; throws an `Error` whose message is a sentence where it cannot be asked.
 */
export async function accessToken(login: Login): Promise<string> {
  const tokens = readTokens();
  if (tokens && tokens.expires_at_ms - Date.now() > REFRESH_BEFORE_MS) return tokens.access_token;
  refreshing ??= refresh(login, tokens).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Forgets the tokens, and ends the login server's session where it offers that. */
export function signOut(login: Login): void {
  window.sessionStorage.removeItem(TOKENS);
  window.location.assign(login.logout_url ?? home());
}

async function begin(login: Login): Promise<string> {
  if (!mayKeep()) throw new Error(NOTHING_KEPT);
  const returned = new URLSearchParams(window.location.search);
  if (returned.has("state")) {
    if (!isOnline()) throw new Error(NEEDS_NETWORK); // the code is good once: it stays for then
    const { search = "" } = (read(BEGUN) ?? {}) as Partial<Begun>;
    window.history.replaceState(null, "", `/${search}`); // no code in bookmarks, history or links
    return (await redeem(login, returned)).name;
  }
  return readTokens()?.name ?? leave(login);
}

const NOTHING_KEPT =
  "Nobody can sign in while this browser lets the page keep nothing. Allow site data (cookies) for this page, then try again.";

/** Whether the browser lets the page keep anything: where site data is blocked, storage throws. */
function mayKeep(): boolean {
  try {
    window.sessionStorage.getItem(TOKENS);
    return true;
  } catch {
    return false;
  }
}

async function redeem(login: Login, returned: URLSearchParams): Promise<Tokens> {
  const begun = read(BEGUN) as Begun | null;
  window.sessionStorage.removeItem(BEGUN);
  if (!begun || returned.get("state") !== begun.state) {
    throw new Error(`This sign-in was not begun in this tab. ${AGAIN}`);
  }
  const code = returned.get("code");
  const answer = code && (await ask(login, codeGrant(code, begun.verifier)));
  if (!answer) throw new Error(`The sign-in server refused to let you in. ${AGAIN}`);
  const claims = claimsOf(answer["id_token"]);
  if (claims["nonce"] !== begun.nonce) {
    throw new Error(`The sign-in server's answer belongs to another sign-in. ${AGAIN}`);
  }
  return keep(answer, null, String(claims["email"] ?? claims["sub"]));
}

async function refresh(login: Login, tokens: Tokens | null): Promise<string> {
  const refresh_token = tokens?.refresh_token;
  const answer =
    refresh_token && (await ask(login, { grant_type: "refresh_token", refresh_token }));
  if (!tokens || !answer) {
    window.sessionStorage.removeItem(TOKENS);
    return leave(login);
  }
  return keep(answer, tokens.refresh_token, tokens.name).access_token;
}

/** Goes to the login server; what comes after that is another load of the page. */
async function leave(login: Login): Promise<never> {
  if (!isOnline()) throw new Error(NEEDS_NETWORK); // else the browser's own error would come
  const search = keptOf(window.location.search);
  const begun: Begun = { state: random(), nonce: random(), verifier: random(), search };
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(begun.verifier));
  window.sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const question = new URLSearchParams({
    response_type: "code",
    client_id: login.client_id,
    redirect_uri: home(),
    scope: "openid email",
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload(); // gone back to, out of the browser's cache
  });
  window.location.assign(`${login.authorize_url}?${question.toString()}`);
  return new Promise(() => undefined);
}

function keptOf(search: string): string {
  const asked = new URLSearchParams(search);
  const kept = new URLSearchParams([...asked].filter(([name]) => KEPT.includes(name))).toString();
  return kept && `?${kept}`;
}

function codeGrant(code: string, code_verifier: string): Record<string, string> {
  return { grant_type: "authorization_code", code, code_verifier, redirect_uri: home() };
}

/** Asks for tokens; null where the server says no. */
async function ask(login: Login, grant: Record<string, string>): Promise<Answer | null> {
  const response = await fetch(login.token_url, {
    method: "POST",
    body: new URLSearchParams({ ...grant, client_id: login.client_id }),
    credentials: "omit",
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch(() => null);
  if (!response) throw new Error("The sign-in server cannot be reached.");
  if (response.status === 400 || response.status === 401) return null;
  if (!response.ok) throw new Error(`The sign-in server failed with status ${response.status}.`);
  return (await response.json().catch(() => ({}))) as Answer;
}

function keep(answer: Answer, last_refresh_token: string | null, name: string): Tokens {
  const { access_token, refresh_token, expires_in } = answer;
  if (typeof access_token !== "string" || typeof expires_in !== "number") {
    throw new Error("The sign-in server answered without an access token.");
  }
  const tokens: Tokens = {
    access_token,
    refresh_token: typeof refresh_token === "string" ? refresh_token : last_refresh_token,
    expires_at_ms: Date.now() + expires_in * 1000,
    name,
  };
  window.sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
  return tokens;
}

/** What a token says, unchecked: the server checks it. Empty where it cannot be read. */
export function claimsOf(token: unknown): Answer {
  try {
    const payload = String(token).split(".")[1] ?? "";
    const bytes = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
}

function readTokens(): Tokens | null {
  return read(TOKENS) as Tokens | null;
}

function read(key: string): unknown {
  return JSON.parse(window.sessionStorage.getItem(key) ?? "null");
}

function home(): string {
  return `${window.location.origin}/`;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
