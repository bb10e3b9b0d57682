import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Beat } from "../../src/views/song/Beat";
import { NowPlaying } from "../../src/views/song/NowPlaying";
import { SongList } from "../../src/views/song/SongList";
import { Transport } from "../../src/views/song/Transport";
import type { Music } from "../../src/views/music/useMusic";
import type { State } from "../../src/session/store";
import { NOW, after, point, songPush, workoutOf } from "../helpers";
import { FakeAnimation, media, pass } from "./browser";

const PLAYING = after([0, workoutOf({ latest: point(1), songs: [songPush(0)] })]);

const nothing = () => undefined;
const MUSIC: Music = {
  able: true,
  wanted: false,
  off: false,
  failure: "",
  recorded: false,
  streamed: "",
  volume: 70,
  setVolume: nothing,
  play: nothing,
  pause: nothing,
  begin: nothing,
  duck: nothing,
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  media("(prefers-reduced-motion: reduce)").matches = false;
});

function show(state: State, { local = true, over = false, playing = true } = {}) {
  return render(
    <NowPlaying
      playing={playing ? songPush(0) : null}
      over={over}
      state={state}
      local={local}
      next={null}
      note={null}
    >
      <Transport
        push={songPush(0)}
        opinion={{ liked: null, tempo: null }}
        rating={false}
        music={MUSIC}
        skipOff={over}
        onRate={() => undefined}
        onSkip={() => undefined}
      />
      <Beat state={state} push={songPush(0)} over={over} />
    </NowPlaying>,
  ).container.innerHTML;
}

test("a command to fill the library is told to who runs TempoFit, not to who logs in", () => {
  expect(show(PLAYING, { playing: false })).toContain("<code>tempofit songs demo</code>");
  const told = show(PLAYING, { local: false, playing: false });
  expect(told).not.toContain("<code>");
  expect(told).toContain("Ask whoever runs this TempoFit.");
});

test("Skip is without effect when the song is over, but keeps the focus", () => {
  const shown = show(PLAYING, { over: true });
  expect(shown).toMatch(/<button[^>]*aria-disabled="true"[^>]*aria-label="Skip"/);
  expect(shown).not.toMatch(/<button[^>]* disabled/);
});

test("the time that is left goes on by itself", () => {
  show(PLAYING);
  expect(screen.getByText(/left of/).textContent).toBe("3:19 left of 3:20");
  pass(2_000);
  expect(screen.getByText(/left of/).textContent).toBe("3:17 left of 3:20");
  expect(screen.getByRole("progressbar").getAttribute("aria-valuetext")).toBe("3:17 left");
});

test("the mark beats from the song's first beat on, and as fast as the song is bent to", () => {
  show(PLAYING);
  const [beating] = FakeAnimation.running;
  if (!beating) throw new Error("Nothing beats.");
  // A second into a song of 120 beats a minute: two beats of the animation, which has 60.
  expect([beating.playbackRate, beating.currentTime]).toEqual([2, 2_000]);
});

test("the mark follows when the song is bent, with the same animation", () => {
  show(after([0, workoutOf({ latest: point(1, 124), songs: [songPush(0)] })]));
  const [beating] = FakeAnimation.running;
  pass(5_000);
  expect([...FakeAnimation.running]).toEqual([beating]);
  expect(beating?.playbackRate).toBeGreaterThan(2.01);
});

test("the mark stands still when the song is over, and where motion is not wanted", () => {
  show(PLAYING, { over: true });
  expect(FakeAnimation.running.size).toBe(0);
  media("(prefers-reduced-motion: reduce)").matches = true;
  show(PLAYING);
  expect(FakeAnimation.running.size).toBe(0);
});

test("the mark stops as soon as the system asks for a page without motion", () => {
  show(PLAYING);
  expect(FakeAnimation.running.size).toBe(1);
  act(() => {
    media("(prefers-reduced-motion: reduce)").answer(true);
  });
  expect(FakeAnimation.running.size).toBe(0);
});

test("a song that has ended is not said to be playing", () => {
  const push = songPush(0);
  const list = { songs: [push], playing: push, next: null, responsive: false };
  const shown = (over: boolean) => render(<SongList {...list} over={over} />).container.textContent;
  expect(shown(false)).toContain("playing");
  expect(shown(true)).toContain("ended");
  expect(shown(true)).not.toContain("playing");
});

test("a young workout warms up, and its music is not called off", () => {
  const told = (seconds: number) => {
    const latest = { ...point(seconds), heart_rate: 150, average: 121 };
    const songs = [songPush(0)];
    return show(after([0, workoutOf({ latest: point(1), songs })], [1000, workoutOf({ latest, songs })]));
  };
  expect(told(20)).toContain("Warming up, the music follows");
  expect(told(190)).toContain("Off, ");
});
