import type { Login } from "./login";

interface Place {
  readonly websocket_url: string;
  /** Who can be watched; empty where people log in, who then watch themselves. */
  readonly users: readonly string[];
  /** The floor that is looked at where none is named; absent where there is no such floor. */
  readonly floor?: string;
}

/** On a machine of one's own: tokens for the asking. */
interface Local extends Place {
  readonly token_url: string;
  readonly login?: undefined;
}

/** On a deployed stage: tokens for who logs in. */
interface Deployed extends Place {
  readonly login: Login;
}

/** Where the workout is served, and who can be watched. */
export type Config = Local | Deployed;

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
      "The page's settings, /config.json, need websocket_url, a list of users, and token_url or login. A floor is a name.",
    );
  }
  return config;
}

function isConfig(value: unknown): value is Config {
  if (!isRecord(value)) return false;
  const { websocket_url, token_url, users, login, floor } = value;
  return (
    typeof websocket_url === "string" &&
    Array.isArray(users) &&
    users.every((user) => typeof user === "string") &&
    (floor === undefined || typeof floor === "string") &&
    (login === undefined ? typeof token_url === "string" : isLogin(login))
  );
}

function isLogin(value: unknown): value is Login {
  if (!isRecord(value)) return false;
  const { authorize_url, token_url, client_id, logout_url } = value;
  return (
    [authorize_url, token_url, client_id].every((each) => typeof each === "string") &&
    (logout_url === undefined || typeof logout_url === "string")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
