import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { playableSeconds } from "../src/ownSongs/detect";

/** An audio element that says nothing by itself. */
class SilentElement {
  static made: SilentElement | undefined;
  duration = 200;
  preload = "";
  src = "";
  onloadedmetadata = () => {};
  onerror = () => {};
  constructor() {
    SilentElement.made = this;
  }
  removeAttribute(): void {
    this.src = "";
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Audio", SilentElement);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a file is as long as the browser says", async () => {
  const seconds = playableSeconds(new Blob(["music"]), new AbortController().signal);
  SilentElement.made?.onloadedmetadata();
  expect(await seconds).toBe(200);
  expect(vi.getTimerCount()).toBe(0);
});

test("a browser that says nothing is waited for ten seconds and no longer", async () => {
  const refused = expect(
    playableSeconds(new Blob(["music"]), new AbortController().signal),
  ).rejects.toThrow("did not say in time");
  await vi.advanceTimersByTimeAsync(10_000);
  await refused;
  expect(SilentElement.made?.src).toBe("");
});

test("who stops the reading does not wait for the browser", async () => {
  const stop = new AbortController();
  const refused = expect(playableSeconds(new Blob(["music"]), stop.signal)).rejects.toThrow();
  stop.abort();
  await refused;
  expect(vi.getTimerCount()).toBe(0);
});
