/** What browsers have and jsdom has not, and what ends each test of a view. */
import { act, cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

import { TICK_MS } from "../../src/session/ticks";

/** A question to the system whose answer a test changes. */
class FakeMedia extends EventTarget {
  matches = false;
  answer(matches: boolean): void {
    this.matches = matches;
    this.dispatchEvent(new Event("change"));
  }
}

const asked = new Map<string, FakeMedia>();

/** The same for each query. */
export function media(query: string): FakeMedia {
  const known = asked.get(query) ?? new FakeMedia();
  asked.set(query, known);
  return known;
}

/** An animation that notes how fast it is told to run. */
export class FakeAnimation {
  static readonly running = new Set<FakeAnimation>();
  currentTime = 0;
  playbackRate = 1;
  constructor() {
    FakeAnimation.running.add(this);
  }
  updatePlaybackRate(rate: number): void {
    this.playbackRate = rate;
  }
  cancel(): void {
    FakeAnimation.running.delete(this);
  }
}

/** Lets `ms` pass on a fake clock, and the page render at every tick of it. */
export function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += TICK_MS) {
    act(() => {
      vi.advanceTimersByTime(TICK_MS);
    });
  }
}

vi.stubGlobal("matchMedia", media);
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe(): void {}
    disconnect(): void {}
  },
);
Element.prototype.animate = () => new FakeAnimation() as unknown as Animation;
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
  this.dispatchEvent(new Event("close"));
};
window.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
