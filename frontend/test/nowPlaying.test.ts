import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test, vi } from "vitest";

import { NowPlaying } from "../src/views/song/NowPlaying";
import { after, point, songPush, workoutOf } from "./helpers";

vi.mock("../src/views/hooks", () => ({ useStill: () => true })); // there is no window here

function html(local: boolean, playing = true): string {
  const state = after([0, workoutOf({ latest: point(1), songs: [songPush(0)] })]);
  return renderToStaticMarkup(
    createElement(NowPlaying, {
      playing: playing ? songPush(0) : null,
      over: true,
      state,
      local,
      onSkip: () => undefined,
      children: null,
    }),
  );
}

test("a command to fill the library is told to who runs TempoFit, not to who logs in", () => {
  expect(html(true, false)).toContain("<code>tempofit songs demo</code>");
  expect(html(false, false)).not.toContain("<code>");
  expect(html(false, false)).toContain("Ask whoever runs this TempoFit.");
});

test("Skip is without effect when the song is over, but keeps the focus", () => {
  expect(html(true)).toMatch(/<button[^>]*aria-disabled="true"[^>]*>Skip/);
  expect(html(true)).not.toMatch(/<button[^>]* disabled/);
});
