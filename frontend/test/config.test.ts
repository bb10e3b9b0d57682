import { afterEach, expect, test, vi } from "vitest";

import { loadConfig } from "../src/wire/config";

const LOCAL = { websocket_url: "ws://here", token_url: "/token", users: ["ann"] };
const DEPLOYED = {
  websocket_url: "wss://there",
  users: [],
  login: { authorize_url: "https://l/a", token_url: "https://l/t", client_id: "page" },
};

function serve(body: string, status = 200): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([LOCAL, { ...LOCAL, floor: "demo" }, DEPLOYED])("a machine of one's own and a stage are both understood", async (config) => {
  serve(JSON.stringify(config));
  expect(await loadConfig()).toEqual(config);
});

test.each([
  { ...LOCAL, token_url: undefined },
  { ...LOCAL, users: "ann" },
  { ...LOCAL, websocket_url: 1 },
  { ...LOCAL, floor: 1 },
  { ...DEPLOYED, login: null },
  { ...DEPLOYED, login: { ...DEPLOYED.login, client_id: undefined } },
  { ...DEPLOYED, login: { ...DEPLOYED.login, logout_url: 1 } },
  null,
])("settings that miss something are a sentence: %j", async (config) => {
  serve(JSON.stringify(config));
  await expect(loadConfig()).rejects.toThrow("need websocket_url, a list of users");
});

test("settings that are not there are a sentence", async () => {
  serve("<Error/>", 403);
  await expect(loadConfig()).rejects.toThrow("could not be loaded");
});
