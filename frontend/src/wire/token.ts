import type { Config } from "./config";
import { accessToken, claimsOf } from "./login";

const ANSWER_WITHIN_MS = 10_000;

/** Who looks at floors, among the groups of a token. */
export const COACH = "coach";

/**
 * An access token, of who is logged in or for `user`, in `group` if one is named; throws an `Error`
 * with a sentence.
 */
export function freshToken(config: Config, user: string, group?: string): Promise<string> {
  if (config.login) return accessToken(config.login);
  const asked = new URLSearchParams({ user, ...(group === undefined ? {} : { group }) });
  return fetchToken(`${config.token_url}?${asked.toString()}`);
}

/** Whether to offer the floors: to coaches, and on a machine of one's own. The server decides. */
export async function isCoach(config: Config): Promise<boolean> {
  if (!config.login) return config.floor !== undefined;
  const claims = claimsOf(await accessToken(config.login));
  const groups = claims["cognito:groups"] ?? claims["groups"];
  return Array.isArray(groups) && groups.includes(COACH);
}

/** Whether `token` is that of the watched `user`: who logs in watches nobody else. */
export function isTokenOf(config: Config, token: string, user: string): boolean {
  return config.login !== undefined || claimsOf(token)["sub"] === user;
}

async function fetchToken(address: string): Promise<string> {
  const response = await fetch(address, {
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
