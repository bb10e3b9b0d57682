import { afterEach, expect, test, vi } from "vitest";

import { keepPage, noNetworkSentence, onNetwork } from "../src/wire/network";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("without a network the page says what works and that it comes back by itself", () => {
  for (const may_send of [true, false]) {
    for (const plays of [true, false]) {
      expect(noNetworkSentence(may_send, plays)).toMatch(/^No network: .+ connects by itself\.$/);
    }
    expect(noNetworkSentence(may_send, false)).not.toContain("goes on");
  }
  expect(noNetworkSentence(true, true)).toContain("kept and sent later, the music goes on");
  expect(noNetworkSentence(false, true)).not.toContain("sent later");
});

test("who listens to the network hears it go and come until they stop", () => {
  vi.stubGlobal("window", new EventTarget());
  const listener = vi.fn();
  const stop = onNetwork(listener);
  window.dispatchEvent(new Event("offline"));
  window.dispatchEvent(new Event("online"));
  stop();
  window.dispatchEvent(new Event("offline"));
  expect(listener).toHaveBeenCalledTimes(2);
});

test("the page is kept after it has loaded, where the browser can do that at all", () => {
  const register = vi.fn(() => Promise.resolve());
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("navigator", { serviceWorker: { register } });
  keepPage();
  expect(register).not.toHaveBeenCalled();
  window.dispatchEvent(new Event("load"));
  expect(register).toHaveBeenCalledWith("/sw.js");
});

test("a browser without service workers shows the page as ever", () => {
  vi.stubGlobal("navigator", {});
  expect(keepPage).not.toThrow();
});
