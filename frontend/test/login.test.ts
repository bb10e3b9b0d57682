import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { type Login, REFRESH_BEFORE_MS } from "../src/wire/login";

const LOGIN: Login = {
  authorize_url: "https://login.test/oauth2/authorize",
  token_url: "https://login.test/oauth2/token",
  client_id: "page",
  logout_url: "https://login.test/logout?client_id=page",
};
const HOUR_SECONDS = 3600;
/** The example of RFC 7636, appendix B: random octets, the verifier and its challenge. */
const OCTETS = [
  116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
  214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
];
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

type Answer = () => Response | Promise<Response>;

/** A tab: its address, its storage, and what the token endpoint was asked and answers. */
function tab(storage = new Map<string, string>(), onLine = true) {
  vi.stubGlobal("navigator", { onLine });
  const visited: string[] = [];
  const asked: URLSearchParams[] = [];
  const answers: Answer[] = [];
  const location = {
    origin: "https://page.test",
    search: "",
    assign: (url: string) => visited.push(url),
    reload: () => visited.push("reload"),
  };
  vi.stubGlobal("window", {
    location,
    addEventListener: () => undefined,
    history: {
      replaceState: (_state: unknown, _title: string, url: string) => {
        location.search = new URL(url, location.origin).search;
      },
    },
    sessionStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    },
  });
  vi.stubGlobal("fetch", (url: string, init: { body: URLSearchParams }) => {
    expect(url).toBe(LOGIN.token_url);
    asked.push(init.body);
    const answer = answers.shift();
    if (!answer) throw new Error("Nobody expected this question.");
    return Promise.resolve().then(answer);
  });
  return { visited, asked, answers, location, storage };
}

type Tab = ReturnType<typeof tab>;

/** The page as it is after each load: nothing is left in memory. */
async function load(): Promise<typeof import("../src/wire/login")> {
  vi.resetModules();
  return import("../src/wire/login");
}

function tokens(changes: Record<string, unknown> = {}, claims: Record<string, unknown> = {}): Answer {
  const text = JSON.stringify({ sub: "u-1", email: "änn@gym.test", ...claims });
  const payload = btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  return () =>
    Response.json({
      access_token: "first",
      refresh_token: "refresh-1",
      id_token: `e30.${payload.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.e30`,
      expires_in: HOUR_SECONDS,
      ...changes,
    });
}

function refusal(status: number): Answer {
  return () => Response.json({ error: "invalid_grant" }, { status });
}

/** What the page asks of the login server when it sends the browser there. */
async function departure(here: Tab): Promise<URLSearchParams> {
  await vi.waitFor(() => {
    expect(here.visited).toHaveLength(1);
  });
  const url = new URL(here.visited.pop() ?? "");
  expect(url.origin + url.pathname).toBe(LOGIN.authorize_url);
  return url.searchParams;
}

async function leaveForLogin(here: Tab): Promise<URLSearchParams> {
  const { signIn } = await load();
  void signIn(LOGIN);
  return departure(here);
}

async function signedIn(): Promise<Tab> {
  const here = tab();
  const question = await leaveForLogin(here);
  here.location.search = `?code=c-1&state=${question.get("state") ?? ""}`;
  here.answers.push(tokens({}, { nonce: question.get("nonce") }));
  const { signIn } = await load();
  expect(await signIn(LOGIN)).toBe("änn@gym.test");
  return here;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("who is not logged in", () => {
  test("is sent to the login server with a challenge that only this tab can answer", async () => {
    const here = tab();
    const dice = vi
      .spyOn(crypto, "getRandomValues")
      .mockReturnValueOnce(new Uint8Array(32)) // the state
      .mockReturnValueOnce(new Uint8Array(32)) // the nonce
      .mockReturnValueOnce(Uint8Array.from(OCTETS));
    const question = await leaveForLogin(here);
    dice.mockRestore();
    expect(question.get("response_type")).toBe("code");
    expect(question.get("client_id")).toBe("page");
    expect(question.get("redirect_uri")).toBe("https://page.test/");
    expect(question.get("code_challenge_method")).toBe("S256");
    expect(question.get("code_challenge")).toBe(CHALLENGE);
    expect([...question.values()]).not.toContain(VERIFIER);
  });

  test("is told why nobody can sign in where the browser lets nothing be kept", async () => {
    const here = tab();
    Object.defineProperty(window, "sessionStorage", {
      get: () => {
        throw new DOMException("Access is denied for this document.", "SecurityError");
      },
    });
    const { signIn } = await load();
    await expect(signIn(LOGIN)).rejects.toThrow("Allow site data (cookies) for this page");
    expect(here.visited).toEqual([]);
  });

  test("is never sent with the same words twice", async () => {
    const [one, two] = [await leaveForLogin(tab()), await leaveForLogin(tab())];
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(one.get(name)).not.toBe(two.get(name));
    }
  });
});

describe("who comes back from the login server", () => {
  test("is let in with the verifier, and the code leaves the address", async () => {
    const here = await signedIn();
    const [question] = here.asked;
    expect(question?.get("grant_type")).toBe("authorization_code");
    expect(question?.get("code")).toBe("c-1");
    expect(question?.get("client_id")).toBe("page");
    expect(question?.get("redirect_uri")).toBe("https://page.test/");
    expect(question?.get("code_verifier")).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(here.location.search).toBe("");
  });

  test("is on the floor again for which they came, and nowhere else", async () => {
    const here = tab();
    here.location.search = "?floor=north-gym&user=anna";
    const question = await leaveForLogin(here);
    expect(question.get("redirect_uri")).toBe("https://page.test/");
    here.location.search = `?code=c-1&state=${question.get("state") ?? ""}`;
    here.answers.push(tokens({}, { nonce: question.get("nonce") }));
    const { signIn } = await load();
    await signIn(LOGIN);
    expect(here.location.search).toBe("?floor=north-gym");
  });

  test("is asked to join the floor again by whose code they came", async () => {
    const here = tab();
    here.location.search = "?join=class-a";
    const question = await leaveForLogin(here);
    here.location.search = `?code=c-1&state=${question.get("state") ?? ""}`;
    here.answers.push(tokens({}, { nonce: question.get("nonce") }));
    const { signIn } = await load();
    await signIn(LOGIN);
    expect(here.location.search).toBe("?join=class-a");
  });

  test("is on that floor again too where the login ended in the middle of a visit", async () => {
    const here = await signedIn();
    here.location.search = "?floor=north-gym";
    vi.setSystemTime(Date.now() + HOUR_SECONDS * 1000);
    here.answers.push(refusal(400));
    void (await load()).accessToken(LOGIN);
    const question = await departure(here);
    here.location.search = `?code=c-2&state=${question.get("state") ?? ""}`;
    here.answers.push(tokens({}, { nonce: question.get("nonce") }));
    await (await load()).signIn(LOGIN);
    expect(here.location.search).toBe("?floor=north-gym");
  });

  test("is asked for a name once, however often the page asks", async () => {
    const here = tab();
    const question = await leaveForLogin(here);
    here.location.search = `?code=c-1&state=${question.get("state") ?? ""}`;
    here.answers.push(tokens({}, { nonce: question.get("nonce") }));
    const { signIn } = await load();
    expect(await Promise.all([signIn(LOGIN), signIn(LOGIN)])).toEqual(Array(2).fill("änn@gym.test"));
    expect(here.asked).toHaveLength(1);
  });

  test("with a state of another tab is refused without asking for tokens", async () => {
    const here = tab();
    await leaveForLogin(here);
    here.location.search = "?code=stolen&state=forged";
    const { signIn } = await load();
    await expect(signIn(LOGIN)).rejects.toThrow("not begun in this tab");
    expect(here.asked).toHaveLength(0);
  });

  test("with an ID token for another sign-in is refused, and nothing is kept", async () => {
    const here = tab();
    const question = await leaveForLogin(here);
    here.location.search = `?code=c-1&state=${question.get("state") ?? ""}`;
    here.answers.push(tokens({}, { nonce: "replayed" }));
    const { signIn } = await load();
    await expect(signIn(LOGIN)).rejects.toThrow("belongs to another sign-in");
    expect(here.storage.size).toBe(0);
  });

  test.each(["?error=access_denied&state=", "?code=used&state="])("%s is refused", async (search) => {
    const here = tab();
    const question = await leaveForLogin(here);
    here.location.search = search + (question.get("state") ?? "");
    here.answers.push(refusal(400));
    const { signIn } = await load();
    await expect(signIn(LOGIN)).rejects.toThrow("refused to let you in");
  });
});

describe("without a network", () => {
  test("nobody is sent to the login server, which the browser could not show", async () => {
    const here = tab(undefined, false);
    const { signIn } = await load();
    await expect(signIn(LOGIN)).rejects.toThrow("signing in needs one");
    expect(here.visited).toEqual([]);
  });

  test("who comes back from the login server is let in when the network is back", async () => {
    const here = tab();
    const question = await leaveForLogin(here);
    here.location.search = `?code=c-1&state=${question.get("state") ?? ""}`;
    vi.stubGlobal("navigator", { onLine: false });
    await expect((await load()).signIn(LOGIN)).rejects.toThrow("signing in needs one");
    vi.stubGlobal("navigator", { onLine: true });
    here.answers.push(tokens({}, { nonce: question.get("nonce") }));
    expect(await (await load()).signIn(LOGIN)).toBe("änn@gym.test");
  });
});

describe("who is logged in", () => {
  test("stays so when the page is loaded again", async () => {
    const here = await signedIn();
    const { accessToken, signIn } = await load();
    expect(await signIn(LOGIN)).toBe("änn@gym.test");
    expect(await accessToken(LOGIN)).toBe("first");
    expect(here.asked).toHaveLength(1);
    expect(here.visited).toEqual([]);
  });

  test("is given a fresh token before the last one expires, asked for once", async () => {
    const here = await signedIn();
    vi.setSystemTime(Date.now() + HOUR_SECONDS * 1000 - REFRESH_BEFORE_MS);
    here.answers.push(tokens({ access_token: "second", refresh_token: "refresh-2" }));
    const { accessToken } = await load();
    const asked = [accessToken(LOGIN), accessToken(LOGIN)];
    expect(await Promise.all(asked)).toEqual(["second", "second"]);
    expect(here.asked[1]?.get("grant_type")).toBe("refresh_token");
    expect(here.asked[1]?.get("refresh_token")).toBe("refresh-1");

    vi.setSystemTime(Date.now() + HOUR_SECONDS * 1000);
    here.answers.push(tokens({ access_token: "third", refresh_token: undefined }));
    expect(await accessToken(LOGIN)).toBe("third");
    expect(here.asked[2]?.get("refresh_token")).toBe("refresh-2");

    vi.setSystemTime(Date.now() + HOUR_SECONDS * 1000);
    here.answers.push(tokens({ access_token: "fourth" }));
    expect(await accessToken(LOGIN)).toBe("fourth");
    expect(here.asked[3]?.get("refresh_token")).toBe("refresh-2");
  });

  test("logs in again when the login has ended", async () => {
    const here = await signedIn();
    vi.setSystemTime(Date.now() + HOUR_SECONDS * 1000);
    here.answers.push(refusal(400));
    const { accessToken } = await load();
    void accessToken(LOGIN);
    await departure(here);
    expect(here.storage.has("tempofit.tokens")).toBe(false);
  });

  test("stays logged in while the login server is away", async () => {
    const here = await signedIn();
    vi.setSystemTime(Date.now() + HOUR_SECONDS * 1000);
    const { accessToken } = await load();
    here.answers.push(() => Promise.reject(new TypeError("no network")));
    await expect(accessToken(LOGIN)).rejects.toThrow("cannot be reached");
    here.answers.push(refusal(503));
    await expect(accessToken(LOGIN)).rejects.toThrow("status 503");
    here.answers.push(tokens({ access_token: "second" }));
    expect(await accessToken(LOGIN)).toBe("second");
    expect(here.visited).toEqual([]);
  });

  test("leaves nothing behind when signing out", async () => {
    const here = await signedIn();
    const { signOut } = await load();
    signOut(LOGIN);
    expect(here.storage.size).toBe(0);
    expect(here.visited).toEqual([LOGIN.logout_url]);
  });
});
