/** A person's account on a music server: where it is, and what proves who asks. */
import { md5 } from "./md5";
import { ServerTrouble } from "./trouble";

/** What is kept of a secret: the token where the server knows tokens, so that no password is. */
export type Proof =
  | { readonly kind: "token"; readonly token: string; readonly salt: string }
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "key"; readonly key: string };

export interface Account {
  /** Without a slash at its end: "https://music.example.com". */
  readonly address: string;
  /** Empty where a key says who it is. */
  readonly user: string;
  readonly proof: Proof;
  /** How it is asked: a form, so that no secret is in an address, where it takes one. */
  readonly method: "POST" | "GET";
}

const SALT_BYTES = 16;
const CLIENT = "TempoFit";
/** Of the protocol: tokens are part of it since the first, and servers refuse clients newer than they are. */
const VERSION = { token: "1.13.0", key: "1.13.0", password: "1.12.0" };
/** What people copy with an address: the path of the interface, or of the server's own page. */
const COPIED = /\/(?:rest(?:\/.*)?|app|index\.html)?\/*$/;

/** The address that `text` names, for a page that came over `protocol`; throws a `ServerTrouble`. */
export function addressOf(text: string, protocol: string): string {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (!url) {
    throw new ServerTrouble(`The address “${withoutSecret(text)}” should begin with https:// and name a server, such as https://music.example.com.`);
  }
  if (url.username || url.password) {
    throw new ServerTrouble("The address holds a user or a password: put them into their own fields.");
  }
  if (protocol === "https:" && url.protocol === "http:") throw new ServerTrouble(mixed(url));
  return `${url.origin}${url.pathname.replace(COPIED, "")}`;
}

/** Said before anything is tried: browsers refuse it without a word that a page could read. */
function mixed({ origin }: URL): string {
  return (
    `${origin} has no https, and this page came over https: browsers let it speak to no such server. ` +
    "Give the server an https address (a reverse proxy before it, or the name that a VPN gives it), " +
    "or use the page of a TempoFit that runs on your own computer."
  );
}

function withoutSecret(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//…@").replace(/[?#].*$/, "");
}

/** Proves a password without being it. */
export function tokenOf(password: string): Proof {
  const salt = hex(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
  return { kind: "token", token: md5(password + salt), salt };
}

/** What every question to the server carries. */
export function parametersOf({ user, proof }: Account): Readonly<Record<string, string>> {
  const common = { v: VERSION[proof.kind], c: CLIENT, f: "json" };
  switch (proof.kind) {
    case "token":
      return { ...common, u: user, t: proof.token, s: proof.salt };
    case "password":
      return { ...common, u: user, p: `enc:${hex(new TextEncoder().encode(proof.password))}` };
    case "key":
      return { ...common, apiKey: proof.key };
  }
}

/** `text` of a server, which might repeat what it was sent, without any secret; not too long. */
export function quoted(text: string, { proof }: Account): string {
  const secrets = proof.kind === "token" ? [proof.token, proof.salt] : [proof.kind === "key" ? proof.key : proof.password];
  const clean = secrets.reduce((sum, secret) => sum.replaceAll(secret, "…"), text);
  return clean.length > 120 ? `${clean.slice(0, 120)}…` : clean;
}

/** The server as it is called in sentences. */
export function hostOf({ address }: Pick<Account, "address">): string {
  return new URL(address).host;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
