import type { Config } from "./config";
import { accessToken, claimsOf } from "./login";

const ANSWER_WITHIN_MS = 10_000;

/** An access token, of who is logged in or for `user`; throws an `Error` with a sentence. */
export function freshToken(config: Config, user: string): Promise<string> {
  return config.login ? accessToken(config.login) : fetchToken(config.token_url, user);
}

/** Whether `token` is that of the watched `user`: who logs in watches nobody else. */
export function isTokenOf(config: Config, token: string, user: string): boolean {
  return config.login !== undefined || claimsOf(token)["sub"] === user;
}

async function fetchToken(tokenUrl: string, user: string): Promise<string> {
  const response = await fetch(`${tokenUrl}?user=${encodeURIComponent(user)}`, {
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch(() => null);
  if (!response) throw new Error("The sign-in server cannot be reached.");
  if (!response.ok) throw new Error(`The sign-in server refused with status ${response.status}.`);
  const answer = (await response.json().catch(() => null)) as { access_token?: unknown } | null;
  if (typeof answer?.access_token !== "string") {
    throw new Error("The sign-in server answered without an access token.");
  }
  return answer.access_token;
}
