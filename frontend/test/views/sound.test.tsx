import { act, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Recordings } from "../../src/music/recordings";
import { Shelf, boardsOf } from "../../src/ownSongs/shelf";
import { Sound } from "../../src/views/music/Sound";
import { useMusic } from "../../src/views/music/useMusic";
import { Transport } from "../../src/views/song/Transport";
import type { SongPush } from "../../src/wire/messages";
import { type Store, createStore } from "../../src/session/store";
import { FakeAudio, noAudio } from "../audio";
import { NOW, SETTINGS, point, songPush, workoutOf } from "../helpers";
import { pass } from "./browser";

/** The devices that the page opened. */
let opened: FakeAudio[];
let store: Store;
/** What the page does at the system's keys. */
let keys: Map<string, (() => void) | null>;
let skips: number;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  opened = [];
  store = createStore();
  keys = new Map();
  skips = 0;
  vi.stubGlobal("navigator", {
    mediaSession: {
      metadata: null,
      playbackState: "none",
      setActionHandler: (key: string, act: (() => void) | null) => keys.set(key, act),
    },
  });
  vi.stubGlobal("MediaMetadata", Object);
  vi.stubGlobal("AudioContext", Audible);
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue(undefined);
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockReturnValue(undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

class Audible extends FakeAudio {
  constructor() {
    super();
    opened.push(this);
  }
}

interface Shown {
  readonly library?: string;
  readonly playing?: SongPush | null;
  readonly over?: boolean;
}

function show({ library = "demo", playing = songPush(0), over = false }: Shown = {}) {
  const songs = playing ? [playing] : [];
  const message = workoutOf({ settings: { ...SETTINGS, library }, songs, latest: point(1) });
  store.dispatch({ kind: "message", message, now_ms: NOW });
  return render(
    <StrictMode>
      <Heard playing={playing} over={over} recordings={new Recordings(new Shelf(boardsOf("anna")))} />
    </StrictMode>,
  );
}

interface HeardProps {
  readonly playing: SongPush | null;
  readonly over: boolean;
  readonly recordings: Recordings;
}

/** The music as the page has it: its parts share one conductor. */
function Heard({ playing, over, recordings }: HeardProps) {
  const state = store.get();
  const onSkip = () => {
    skips += 1;
  };
  const music = useMusic({ store, state, playing, over, recordings, onSkip });
  return (
    <>
      <Transport
        push={playing}
        opinion={null}
        rating={false}
        music={music}
        skipOff
        onRate={() => undefined}
        onSkip={() => undefined}
      />
      <Sound music={music} library={state.settings?.library ?? null} playing={playing} over={over} />
    </>
  );
}

/** Presses the button, and lets the shelf answer whether it has the song. */
async function press(name: string): Promise<void> {
  await act(async () => {
    screen.getByRole("button", { name }).click();
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(0);
  });
}

test("the demo songs can be played, and are said to be sketches", () => {
  const shown = show().container.innerHTML;
  expect(shown).toMatch(/aria-disabled="false"[^>]*aria-label="Play the music"/);
  expect(shown).toContain("It is not a recording.");
  expect(shown).toContain('type="range"');
});

test("a song whose recording is not here is sketched too, and it is said why", () => {
  const shown = show({ library: "own" }).container.innerHTML;
  expect(shown).toMatch(/aria-disabled="false"[^>]*aria-label="Play the music"/);
  expect(shown).toContain("The recording of this song is not in this browser.");
});

test("a browser without Web Audio is told so", () => {
  vi.stubGlobal("AudioContext", undefined);
  delete (globalThis as { AudioContext?: unknown }).AudioContext;
  const shown = show().container.innerHTML;
  expect(shown).toContain("This browser has no Web Audio, so this page cannot play music.");
  expect(shown).toMatch(/aria-disabled="true"[^>]*aria-label="Play the music"/);
});

test.each([
  ["before the first song", null, false, "The music can start when a song plays."],
  ["after the last", songPush(0), true, "The music can start when the next one comes."],
])("the button waits %s", (_, playing, over, sentence) => {
  const shown = show({ playing, over }).container.innerHTML;
  expect(shown).toMatch(/aria-disabled="true"[^>]*aria-label="Play the music"/);
  expect(shown).toContain(sentence);
});

test("nothing is said before the library is known", () => {
  const shown = render(<Heard playing={null} over={false} recordings={new Recordings(new Shelf(boardsOf("anna")))} />);
  expect(shown.container.querySelector(".sound")).toBeNull();
});

test("the music sounds from the press on, and goes on without another render", async () => {
  show();
  expect(opened).toEqual([]);
  await press("Play the music");
  expect(opened.map(({ state }) => state)).toEqual(["running"]);
  const heard = opened[0]?.kicks.length ?? 0;
  if (opened[0]) opened[0].currentTime += 2;
  pass(2_000);
  expect(opened[0]?.kicks.length).toBeGreaterThan(heard);
});

test("a song that streams from a music server says so in place of the sentence about sketches", async () => {
  const { id } = songPush(0).song;
  const recordings = new Recordings(new Shelf(boardsOf("anna")));
  const expected: (readonly string[])[] = [];
  const message = workoutOf({ settings: { ...SETTINGS, library: "own" }, songs: [songPush(0)], latest: point(1) });
  store.dispatch({ kind: "message", message, now_ms: NOW });
  recordings.join({
    subscribe: () => () => undefined,
    recording: () => null,
    expect: (ids) => expected.push(ids),
    about: (song) => (song === id ? "Streamed from music.example.com." : ""),
  });
  render(<Heard playing={songPush(0)} over={false} recordings={recordings} />);
  expect(screen.getByTestId("sound-note").textContent).toBe("Streamed from music.example.com.");
  expect(expected.at(-1)).toEqual([]); // nothing is loaded for who only looks on
  await press("Play the music");
  expect(expected.at(-1)).toEqual([id]);
});

test("the device is closed when the view goes", async () => {
  const { unmount } = show();
  await press("Play the music");
  unmount();
  expect(opened.map(({ state }) => state)).toEqual(["closed"]);
});

test("the system's keys are taken at the first press, and given back when the view goes", async () => {
  const { unmount } = show();
  expect([...keys.values()].filter(Boolean)).toEqual([]);
  await press("Play the music");
  act(() => keys.get("pause")?.());
  expect(screen.getByRole("button", { name: "Play the music" })).toBeTruthy();
  keys.get("nexttrack")?.();
  expect(skips).toBe(1);
  unmount();
  expect([...keys.values()]).toEqual([null, null, null]);
});

test("the song is named to the system only once it was asked to play", async () => {
  const { mediaSession } = navigator;
  show();
  expect(mediaSession.playbackState).toBe("none");
  await press("Play the music");
  expect(mediaSession.playbackState).toBe("playing");
  await press("Pause");
  expect(mediaSession.playbackState).toBe("paused");
});

test("a device that cannot be opened is a sentence, not a silence", async () => {
  vi.stubGlobal("AudioContext", noAudio);
  show();
  await press("Play the music");
  expect(screen.getByRole("alert").textContent).toBe("The music could not start: Error: no device");
});
