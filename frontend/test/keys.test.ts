import { afterEach, describe, expect, test, vi } from "vitest";

import { keepScreenOn, nameSong, takeKeys } from "../src/music/keys";

const SONG = { id: "demo-00001", title: "Slow Water", artist: "The Lamps", tempo: 120 };

afterEach(() => {
  vi.unstubAllGlobals();
});

class FakeScreen {
  held = 0;
  asked = 0;
  private listener = () => {};
  readonly request = () => {
    this.asked += 1;
    this.held += 1;
    const release = () => {
      this.held -= 1;
      return Promise.resolve();
    };
    return Promise.resolve({ release });
  };

  private readonly document = {
    visibilityState: "visible",
    addEventListener: (_: string, listener: () => void) => {
      this.listener = listener;
    },
    removeEventListener: () => {
      this.listener = () => {};
    },
  };

  constructor() {
    vi.stubGlobal("navigator", { wakeLock: { request: this.request } });
    vi.stubGlobal("document", this.document);
  }

  async turn(visibilityState: "visible" | "hidden"): Promise<void> {
    this.document.visibilityState = visibilityState;
    if (visibilityState === "hidden") this.held = 0; // the browser lets go of it by itself
    this.listener();
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

describe("the screen", () => {
  test("stays on while the music plays, and no longer", async () => {
    const screen = new FakeScreen();
    const end = keepScreenOn();
    await settle();
    expect(screen.held).toBe(1);
    end();
    expect(screen.held).toBe(0);
  });

  test("is let go where the music ended before it was granted", async () => {
    const screen = new FakeScreen();
    keepScreenOn()();
    await settle();
    expect([screen.asked, screen.held]).toEqual([1, 0]);
  });

  test("is asked for again when the page is seen again, and not after the end", async () => {
    const screen = new FakeScreen();
    const end = keepScreenOn();
    await settle();
    await screen.turn("hidden");
    await screen.turn("visible");
    expect(screen.asked).toBe(2);
    end();
    await screen.turn("visible");
    expect(screen.asked).toBe(2);
  });

  test("is left alone by a browser that cannot hold it, or will not", async () => {
    vi.stubGlobal("navigator", {});
    keepScreenOn()();
    const screen = new FakeScreen();
    const request = () => Promise.reject(new Error("The battery is low."));
    vi.stubGlobal("navigator", { wakeLock: { request } });
    keepScreenOn()();
    await settle();
    expect(screen.held).toBe(0);
  });
});

describe("the system's keys", () => {
  test("play, pause and skip, until they are given back", () => {
    const handlers = new Map<string, (() => void) | null>();
    const setActionHandler = (key: string, handler: (() => void) | null) => {
      handlers.set(key, handler);
    };
    vi.stubGlobal("navigator", { mediaSession: { setActionHandler } });
    const pressed: string[] = [];
    const note = (key: string) => () => pressed.push(key);
    const giveBack = takeKeys({ play: note("play"), pause: note("pause"), skip: note("skip") });
    for (const key of ["play", "pause", "nexttrack"]) handlers.get(key)?.();
    expect(pressed).toEqual(["play", "pause", "skip"]);
    giveBack();
    expect([...handlers.values()]).toEqual([null, null, null]);
  });

  test("are shown the song, and whether it plays", () => {
    const mediaSession = { metadata: {}, playbackState: "none" };
    vi.stubGlobal("navigator", { mediaSession });
    vi.stubGlobal("MediaMetadata", Object);
    nameSong(SONG, true);
    expect(mediaSession).toEqual({
      metadata: { title: "Slow Water", artist: "The Lamps" },
      playbackState: "playing",
    });
    nameSong(SONG, false);
    expect(mediaSession.playbackState).toBe("paused");
    nameSong(null, false);
    expect(mediaSession).toEqual({ metadata: null, playbackState: "none" });
  });

  test("are left alone in a browser without them", () => {
    vi.stubGlobal("navigator", {});
    nameSong(SONG, true);
    takeKeys({ play: () => {}, pause: () => {}, skip: () => {} })();
  });
});
