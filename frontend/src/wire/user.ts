/** Whose workout is shown: the visitor's own, or that of who stands in the address as `?user=`. */

const USER = /^[A-Za-z0-9_-]{1,64}$/;
const KEPT = "tempofit-you";

/** Who is named in the address; null where nobody is. Throws an `Error` whose message is a sentence. */
export function namedUser(search: string): string | null {
  const named = new URLSearchParams(search).get("user");
  if (named === null || USER.test(named)) return named;
  throw new Error(
    `“${named}” in the address, after user=, can be nobody's name: a name has up to 64 letters, digits, ` +
      "hyphens and underscores. Take it out of the address to come to your own page.",
  );
}

/** The visitor: the same name at every visit, where the browser keeps anything. */
export function ownUser(): string {
  own ??= keptUser();
  return own;
}

let own: string | null = null;

function keptUser(): string {
  const made = `you-${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? "0"}`;
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept !== null && USER.test(kept)) return kept;
    localStorage.setItem(KEPT, made);
  } catch {
    // A browser that keeps nothing: another name at the next visit.
  }
  return made;
}

/** Puts `user` into the page's address without loading it again; the visitor needs no name there. */
export function rememberUser(user: string): void {
  const address = new URL(window.location.href);
  if (user === ownUser()) address.searchParams.delete("user");
  else address.searchParams.set("user", user);
  window.history.replaceState(null, "", address);
}
