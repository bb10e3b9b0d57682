import "fake-indexeddb/auto";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Conductor } from "../src/music/conductor";
import { Recordings } from "../src/music/recordings";
import { Shelf, boardsOf } from "../src/ownSongs/shelf";
import { type Store, createStore } from "../src/session/store";
import { FakeAudio, noAudio } from "./audio";
import { NOW, SESSION, point, songPush, workoutOf } from "./helpers";

let opened: FakeAudio[];
let store: Store;
let shelf: Shelf;
let conductor: Conductor;
let end: () => void;

class Audible extends FakeAudio {
  constructor() {
    super();
    opened.push(this);
  }
}

/** An audio element that the test seeks. */
class FakeElement {
  static made: FakeElement[] = [];
  currentTime = 0;
  playbackRate = 1;
  preservesPitch = false;
  paused = true;
  ended = false;
  seeking = false;
  constructor() {
    FakeElement.made.push(this);
  }
  seek(seconds: number): void {
    this.currentTime = seconds;
  }
  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
}

beforeEach(() => {
  FakeElement.made = [];
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal("AudioContext", Audible);
  opened = [];
  store = createStore();
  shelf = new Shelf(boardsOf("anna"));
  conductor = new Conductor(store, new Recordings(shelf), 0.5);
  end = conductor.start();
});

afterEach(() => {
  end();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function tell(changes: Parameters<typeof workoutOf>[0]): void {
  store.dispatch({ kind: "message", message: workoutOf(changes), now_ms: Date.now() });
}

/** Lets time pass for the page and the audio device. */
async function pass(seconds: number): Promise<void> {
  await vi.dynamicImportSettled();
  for (let ms = 0; ms < seconds * 1000; ms += 50) {
    for (const audio of opened) if (audio.state === "running") audio.currentTime += 0.05;
    await vi.advanceTimersByTimeAsync(50);
  }
}

async function playing(): Promise<FakeAudio> {
  tell({ latest: point(1), songs: [songPush(0)] });
  conductor.play();
  await pass(1);
  const [audio] = opened;
  if (!audio) throw new Error("No device was opened.");
  return audio;
}

describe("the music", () => {
  test("opens no device before the press", async () => {
    tell({ latest: point(1), songs: [songPush(0)] });
    await pass(2);
    expect(opened).toEqual([]);
  });

  test("does not begin while nothing plays", () => {
    conductor.play();
    expect([opened, conductor.playback.get().session]).toEqual([[], null]);
  });

  test("goes by the store: as its song is bent, the beats come closer", async () => {
    const audio = await playing();
    tell({ latest: point(2, 124) });
    await pass(8);
    const [last = 0, before = 0] = [...audio.kicks].reverse();
    expect(last - before).toBeLessThan(0.5);
    expect(last - before).toBeGreaterThan(60 / 124);
  });

  /** This device measures a heart rate each second. */
  async function beats(heart_rate: number, seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      const now_ms = Date.now();
      const moment = { at_ms: now_ms, came_ms: now_ms, speed: 1 };
      store.dispatch({ kind: "measured", sample: [now_ms, heart_rate], moment });
      await pass(1);
    }
  }

  test("begins within a second of the press, at the pulse, and goes over to the first song", async () => {
    conductor.begin();
    await beats(150, 1);
    const [audio] = opened;
    if (!audio) throw new Error("No device was opened.");
    expect(audio.kicks.length).toBeGreaterThan(0);
    await beats(150, 8);
    const [last = 0, before = 0] = [...audio.kicks].reverse();
    expect(last - before).toBeCloseTo(60 / 150, 3);
    const session = Date.now() - 5_000;
    const song = songPush(0, { session, starts_at_ms: session, ends_at_ms: session + 200_000 });
    store.dispatch({ kind: "message", message: song, now_ms: Date.now() });
    await beats(150, 2);
    expect(conductor.playback.get()).toMatchObject({ awaited: false, session, opened: true });
    expect([opened.length, audio.state]).toEqual([1, "running"]);
  });

  test("that was begun and paused before the first song stays quiet", async () => {
    conductor.begin();
    await beats(150, 2);
    conductor.pause();
    await beats(150, 3);
    expect(opened[0]?.state).toBe("suspended");
  });

  test("is quieter while its song is about to be skipped", async () => {
    const audio = await playing();
    conductor.duck(true);
    conductor.duck(false);
    const [full = NaN, ducked = NaN, again = NaN] = audio.gains[0]?.gain.targets ?? [];
    expect(ducked).toBeCloseTo(full / 4, 9);
    expect(again).toBe(full);
  });

  test("is quiet in a pause, and goes on in the same device", async () => {
    const audio = await playing();
    conductor.pause();
    await pass(3);
    expect(audio.state).toBe("suspended");
    conductor.play();
    await pass(1);
    expect([audio.state, opened.length]).toEqual(["running", 1]);
  });

  test("goes no further into another session, which nobody asked for", async () => {
    const audio = await playing();
    tell({ session: SESSION + 1, latest: point(60), songs: [songPush(0, { session: SESSION + 1 })] });
    await pass(4);
    expect(audio.state).toBe("suspended");
  });

  test("ends with the last song", async () => {
    const audio = await playing();
    tell({ latest: point(201) });
    await pass(4);
    expect(audio.state).toBe("suspended");
  });

  test("ends, with its device and its timers, when nobody conducts any more", async () => {
    const audio = await playing();
    end();
    expect([audio.state, vi.getTimerCount()]).toEqual(["closed", 0]);
    expect(conductor.playback.get()).toMatchObject({ opened: false, session: null });
  });

  test("is as loud as was said, before the press and after it", async () => {
    conductor.setVolume(0.2);
    const audio = await playing();
    conductor.setVolume(1);
    const [first = NaN, second = NaN] = audio.gains[0]?.gain.targets ?? [];
    expect([first, second]).toEqual([expect.closeTo(0.04), 1]);
  });

  test("goes over to the next song before a recording runs out", async () => {
    vi.stubGlobal("Audio", FakeElement);
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:1");
    vi.spyOn(URL, "revokeObjectURL").mockReturnValue(undefined);
    const beats = Array.from({ length: 380 }, (_, beat) => beat / 2);
    vi.spyOn(shelf, "file").mockImplementation((id) => Promise.resolve(id === "song-0" ? new Blob(["music"]) : null));
    vi.spyOn(shelf, "sound").mockReturnValue({ beats, begins: 0, ends: 190, loudness: -16, peak: 0.9 });
    tell({ latest: point(184), songs: [songPush(0), songPush(1)] });
    conductor.play();
    await pass(1);
    const [audio] = opened;
    expect(audio?.kicks).toEqual([]);
    FakeElement.made[0]?.seek(186);
    await pass(2);
    expect(audio?.kicks.length).toBeGreaterThan(0); // the next one's, which is a sketch
    const before = audio?.kicks.length ?? 0;
    await pass(2);
    expect(audio?.kicks.length).toBeGreaterThan(before);
  });

  test("is a sentence where it cannot be loaded, and a press tries anew", async () => {
    vi.doMock("../src/music/player", () => {
      throw new Error("There is no network.");
    });
    vi.resetModules();
    tell({ latest: point(1), songs: [songPush(0)] });
    conductor.play();
    await pass(1);
    expect(conductor.playback.get()).toMatchObject({
      failure: "The music could not be loaded. Press again when there is a network.",
      session: null,
    });
    vi.doUnmock("../src/music/player");
    conductor.play();
    await pass(1);
    expect(conductor.playback.get()).toMatchObject({ failure: "", session: SESSION });
    expect(opened[0]?.kicks.length).toBeGreaterThan(0);
  });

  test("is a sentence where no device can be opened", () => {
    vi.stubGlobal("AudioContext", noAudio);
    tell({ latest: point(1), songs: [songPush(0)] });
    conductor.play();
    expect(conductor.playback.get()).toMatchObject({
      failure: "The music could not start: Error: no device",
      opened: false,
    });
  });
});

test("a recording is known as soon as the shelf answers, and again when the shelf changes", async () => {
  const file = vi.spyOn(shelf, "file").mockResolvedValue(null);
  tell({ latest: point(1), songs: [songPush(0)] });
  await pass(0.5);
  expect(conductor.playback.get().recorded).toBe(false);
  file.mockResolvedValue(new Blob(["music"]));
  void shelf.clear(); // a change of the shelf
  await pass(0.5);
  expect(conductor.playback.get().recorded).toBe(true);
});
