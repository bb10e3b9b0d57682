import { afterEach, describe, expect, test, vi } from "vitest";

import { freshToken, isCoach, isTokenOf } from "../src/wire/token";

const LOCAL = { websocket_url: "ws://here", users: [], token_url: "/token" };

const LOGIN = { authorize_url: "https://l/a", token_url: "https://l/t", client_id: "page" };
const DEPLOYED = { websocket_url: "wss://there", users: [], login: LOGIN };

function tokenOf(sub: string, claims: object = {}): string {
  return `e30.${btoa(JSON.stringify({ sub, ...claims }))}.signature`;
}

/** Somebody who is logged in, with these claims in their access token. */
function loggedIn(claims: object): void {
  const tokens = {
    access_token: tokenOf("anna", claims),
    refresh_token: null,
    expires_at_ms: Date.now() + 3_600_000,
    name: "anna@gym.test",
  };
  vi.stubGlobal("window", { sessionStorage: { getItem: () => JSON.stringify(tokens) } });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("who may send", () => {
  test("is the athlete of the token, and nobody who watches another", () => {
    expect(isTokenOf(LOCAL, tokenOf("anna"), "anna")).toBe(true);
    expect(isTokenOf(LOCAL, tokenOf("anna"), "bert")).toBe(false);
    expect(isTokenOf(LOCAL, "no token", "anna")).toBe(false);
  });
});

describe("the floor is offered", () => {
  test.each([
    [{ "cognito:groups": ["coach"] }, true],
    [{ groups: ["staff", "coach"] }, true],
    [{ "cognito:groups": ["staff"], groups: ["coach"] }, false],
    [{ groups: "coach" }, false],
    [{}, false],
  ])("where people log in, to who says %j: %s", async (claims, offered) => {
    loggedIn(claims);
    expect(await isCoach(DEPLOYED)).toBe(offered);
  });

  test("on a machine of one's own, where it has a floor", async () => {
    expect(await isCoach({ ...LOCAL, floor: "demo" })).toBe(true);
    expect(await isCoach(LOCAL)).toBe(false);
  });
});

describe("a token for the asking", () => {
  test("names the user, and the group where there is one", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      return Promise.resolve(Response.json({ access_token: "a" }));
    });
    await freshToken(LOCAL, "anna");
    await freshToken(LOCAL, "coach", "coach");
    expect(asked).toEqual(["/token?user=anna", "/token?user=coach&group=coach"]);
  });
});
