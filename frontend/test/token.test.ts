import { describe, expect, test } from "vitest";

import { isTokenOf } from "../src/token";

const LOCAL = { websocket_url: "ws://here", users: [], token_url: "/token" };

function tokenOf(sub: string): string {
  return `e30.${btoa(JSON.stringify({ sub }))}.signature`;
}

describe("who may send", () => {
  test("is the athlete of the token, and nobody who watches another", () => {
    expect(isTokenOf(LOCAL, tokenOf("anna"), "anna")).toBe(true);
    expect(isTokenOf(LOCAL, tokenOf("anna"), "bert")).toBe(false);
    expect(isTokenOf(LOCAL, "no token", "anna")).toBe(false);
  });
});
