import { describe, expect, test } from "vitest";

import { outdated, wayOf } from "../worker/way";

const ORIGIN = "https://page.test";
const FILES = ["/icon.svg", "/assets/index-1.js", "/silence.wav"];

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
    expect(way("/silence.wav", "no-cors")).toBe("fresh");
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
    const settings = "tempofit-settings";
    const [one, two, three] = ["tempofit-1", "tempofit-2", "tempofit-3"];
    expect(outdated([settings, one, two, three], three, [settings])).toEqual([one]);
    expect(outdated([two, settings, three], three, [settings])).toEqual([]);
    expect(outdated([one], one, [])).toEqual([]);
  });

  test("leaves caches alone that are not its own", () => {
    const names = ["another-app", "images", "tempofit-1", "tempofit-2"];
    expect(outdated(names, "tempofit-2", [])).toEqual([]);
  });
});
