/** Where the workout is served, and who can be watched. */
export interface Config {
  readonly websocket_url: string;
  readonly token_url: string;
  readonly users: readonly string[];
}

/** Fetches `/config.json`; throws an `Error` whose message is a sentence. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("/config.json").catch(() => null);
  if (!response?.ok) {
    throw new Error(
      "The page's settings, /config.json, could not be loaded. Is the server still running?",
    );
  }
  const config = (await response.json().catch(() => null)) as unknown;
  if (!isConfig(config)) {
    throw new Error(
      "The page's settings, /config.json, need websocket_url, token_url and a list of users.",
    );
  }
  return config;
}

function isConfig(value: unknown): value is Config {
  if (typeof value !== "object" || value === null) return false;
  const { websocket_url, token_url, users } = value as Record<string, unknown>;
  return (
    typeof websocket_url === "string" &&
    typeof token_url === "string" &&
    Array.isArray(users) &&
    users.every((user) => typeof user === "string")
  );
}
