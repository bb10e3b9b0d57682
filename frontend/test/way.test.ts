import { describe, expect, test } from "vitest";

import { outdated, wayOf } from "../worker/way";

const ORIGIN = "https://page.test";
const FILES = ["/icon.svg", "/assets/index-1.js"];

function way(path: string, mode: RequestMode = "cors", method = "GET") {
  return wayOf({ url: new URL(path, ORIGIN).href, mode, method }, ORIGIN, FILES);
}

describe("the service worker", () => {
  test.each(["/", "/?user=me", "/?code=1&state=2"])("asks the network first for the page: %s", (path) => {
    expect(way(path, "navigate")).toBe("fresh");
  });

  test("keeps what is named after its content, and what it is told to", () => {
    expect(way("/assets/index-1.js")).toBe("kept");
    expect(way("/assets/of-another-build-2.js")).toBe("kept");
    expect(way("/icon.svg")).toBe("fresh");
  });

  test("notes the settings, so that they are known without a network", () => {
    expect(way("/config.json")).toBe("noted");
  });

  test.each([
    ["a token", "/token?user=me"],
    ["another origin's file", "https://login.test/assets/index-1.js"],
    ["another origin's page", "https://login.test/"],
    ["a WebSocket", "wss://page.test/"],
    ["a file that it was not told of", "/sw.js"],
  ])("lets %s go past", (_, path) => {
    expect(way(path)).toBeNull();
  });

  test("lets go past what changes something, and other pages of this origin", () => {
    expect(way("/config.json", "cors", "POST")).toBeNull();
    expect(way("/.well-known/openid-configuration", "navigate")).toBeNull();
  });

  test("leaves the files of the last version to pages that are open, and no older ones", () => {
    const names = ["settings", "files-1", "files-2", "files-3"];
    expect(outdated(names, "files-3", ["settings"])).toEqual(["files-1"]);
    expect(outdated(["files-2", "settings", "files-3"], "files-3", ["settings"])).toEqual([]);
    expect(outdated(["files-1"], "files-1", [])).toEqual([]);
  });
});
