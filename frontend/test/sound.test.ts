import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";

import type { SongPush } from "../src/wire/messages";
import { Sound } from "../src/views/music/Sound";
import { Shelf, boardsOf } from "../src/own/shelf";
import { createStore } from "../src/workout/store";
import { FakeAudio } from "./audio";
import { SETTINGS, after, songPush, workoutOf } from "./helpers";

afterEach(() => {
  vi.unstubAllGlobals();
});

const SHELF = new Shelf(boardsOf("anna"));

function html(library: string, playing: SongPush | null, over = false): string {
  const state = after([0, workoutOf({ settings: { ...SETTINGS, library } })]);
  return renderToStaticMarkup(
    createElement(Sound, {
      store: createStore(),
      state,
      playing,
      over,
      shelf: SHELF,
      onSkip: () => undefined,
    }),
  );
}

function withWebAudio(): void {
  vi.stubGlobal("AudioContext", FakeAudio);
}

test("the demo songs can be played, and are said to be sketches", () => {
  withWebAudio();
  const shown = html("demo", songPush(0));
  expect(shown).toMatch(/aria-disabled="false"[^>]*>Play the music</);
  expect(shown).toContain("It is not a recording.");
  expect(shown).toContain('type="range"');
});

test("a song whose recording is not here is sketched too, and it is said why", () => {
  withWebAudio();
  const shown = html("own", songPush(0));
  expect(shown).toMatch(/aria-disabled="false"[^>]*>Play the music</);
  expect(shown).toContain("The recording of this song is not in this browser.");
});

test("a browser without Web Audio is told so", () => {
  const shown = html("demo", songPush(0));
  expect(shown).toContain("This browser has no Web Audio, so this page cannot play music.");
  expect(shown).not.toContain("<button");
});

test.each([
  ["before the first song", null, false, "The music can start when a song plays."],
  ["after the last", songPush(0), true, "The music can start when the next one comes."],
])("the button waits %s", (_, playing, over, sentence) => {
  withWebAudio();
  const shown = html("demo", playing, over);
  expect(shown).toMatch(/aria-disabled="true"[^>]*>Play the music</);
  expect(shown).toContain(sentence);
});

test("nothing is said before the library is known", () => {
  const props = {
    store: createStore(),
    playing: null,
    over: false,
    shelf: SHELF,
    onSkip: () => undefined,
  };
  expect(renderToStaticMarkup(createElement(Sound, { state: after(), ...props }))).toBe("");
});
