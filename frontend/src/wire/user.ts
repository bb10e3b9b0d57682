/** Who is watched, kept in the page's address as `?user=` so that it can be shared. */

const USER = /^[A-Za-z0-9_-]{1,64}$/;

/** The user named in the address, else the first one; null where there is none. */
export function chosenUser(search: string, users: readonly string[]): string | null {
  const named = new URLSearchParams(search).get("user");
  return named !== null && USER.test(named) ? named : (users[0] ?? null);
}

/** Puts `user` into the page's address without loading it again. */
export function rememberUser(user: string): void {
  const address = new URL(window.location.href);
  address.searchParams.set("user", user);
  window.history.replaceState(null, "", address);
}
