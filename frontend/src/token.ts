const ANSWER_WITHIN_MS = 10_000;

/** Fetches a fresh access token for `user`; throws an `Error` whose message is a sentence. */
export async function fetchToken(tokenUrl: string, user: string): Promise<string> {
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
