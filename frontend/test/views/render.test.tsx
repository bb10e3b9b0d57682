import { act, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { beforeEach, expect, test, vi } from "vitest";

import { WorkoutPage } from "../../src/views/WorkoutPage";
import { NOW, point, songPush, workoutOf } from "../helpers";
import type { FakeSocket } from "../socket";
import { pass } from "./browser";
import { CONFIG, connected, serve, tell } from "./server";

/** How often each view rendered; the page hands both something at each of its own renders. */
const renders = vi.hoisted(() => ({ list: 0, choosing: 0, plot: 0 }));

vi.mock("../../src/views/song/SongList", () => ({
  SongList: () => {
    renders.list += 1;
    return null;
  },
}));
vi.mock("../../src/views/choosing/Choosing", () => ({
  Choosing: () => {
    renders.choosing += 1;
    return null;
  },
}));
vi.mock("../../src/views/chart/plot", () => ({
  createPlot: () => ({
    setData: () => {
      renders.plot += 1;
    },
    setSize: () => undefined,
    destroy: () => undefined,
  }),
}));

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  serve("anna");
});

async function follow(): Promise<FakeSocket> {
  render(
    <StrictMode>
      <WorkoutPage config={CONFIG} user="anna">
        {null}
      </WorkoutPage>
    </StrictMode>,
  );
  const socket = await connected();
  tell(socket, workoutOf({ latest: point(10), trace: [point(10)], songs: [songPush(0)] }));
  await act(() => vi.dynamicImportSettled());
  return socket;
}

test("ten ticks render what shows time, and neither the page nor its heavy views", async () => {
  await follow();
  const before = { ...renders };
  const left = screen.getByText(/left of/).textContent;
  pass(2_500);
  expect(screen.getByText(/left of/).textContent).not.toBe(left);
  expect([renders.list, renders.choosing]).toEqual([before.list, before.choosing]);
  // The chart moves on with each second.
  expect(renders.plot - before.plot).toBeGreaterThanOrEqual(2);
  expect(renders.plot - before.plot).toBeLessThanOrEqual(3);
});

test("a message renders the page", async () => {
  const socket = await follow();
  const before = renders.list;
  tell(socket, workoutOf({ latest: point(11, 130) }));
  expect(renders.list).toBeGreaterThan(before);
  expect(screen.getByTestId("heart-rate").textContent).toBe("130");
});
