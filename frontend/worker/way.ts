/** How a request of the page is answered; `null`: as if there were no service worker. */
export type Way =
  /** From the network, else as it was kept. */
  | "fresh"
  /** The same, and what comes is kept for the next time. */
  | "noted"
  /** As it was kept, else from the network: its name changes with its content. */
  | "kept";

/** What of a request decides. */
export type Question = Pick<Request, "method" | "mode" | "url">;

export const PAGE = "/";
export const SETTINGS = "/config.json";
const HASHED = "/assets/";

/**
 * The way for one request. `files` are paths that are kept, besides the page itself.
 *
 * Tokens, WebSockets, logins and whatever is not of this origin go past.
 */
export function wayOf(
  { method, mode, url }: Question,
  origin: string,
  files: readonly string[],
): Way | null {
  const address = new URL(url);
  if (method !== "GET" || address.origin !== origin) return null;
  const path = address.pathname;
  if (mode === "navigate") return path === PAGE ? "fresh" : null;
  if (path === SETTINGS) return "noted";
  if (path.startsWith(HASHED)) return "kept";
  return files.includes(path) ? "fresh" : null;
}

/** All caches of the worker begin with it: the origin may have others. */
export const OURS = "tempofit-";

/** Which of our caches may go: all but those of this version, of the one before, and `others`. */
export function outdated(
  names: readonly string[],
  current: string,
  others: readonly string[],
): readonly string[] {
  const kept = [current, ...others];
  return names.filter((name) => name.startsWith(OURS) && !kept.includes(name)).slice(0, -1);
}
