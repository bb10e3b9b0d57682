import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { Chart, LiveChart } from "../../src/views/chart/Chart";
import type { Drawn } from "../../src/views/chart/plot";
import type { State } from "../../src/session/store";
import { NOW, after, point, songPush, workoutOf } from "../helpers";
import { media, pass } from "./browser";

/** What was drawn, on how many plots. */
const plots = vi.hoisted(() => ({ open: 0, drawn: 0, now: (): Drawn | null => null }));

vi.mock("../../src/views/chart/plot", () => ({
  createPlot: (_: HTMLElement, now: () => Drawn) => {
    plots.open += 1;
    plots.now = now;
    return {
      setData: () => {
        plots.drawn += 1;
      },
      setSize: () => undefined,
      destroy: () => {
        plots.open -= 1;
      },
    };
  },
}));

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  plots.drawn = 0;
});

const told = workoutOf({ latest: point(10), trace: [point(9), point(10)], songs: [songPush(0)] });

/** The chart, when what draws it has come. */
async function show(state: State) {
  const shown = render(<LiveChart state={state} />);
  await act(() => vi.dynamicImportSettled());
  return shown;
}

test("there is no chart before a heart rate came", async () => {
  expect((await show(after())).container.innerHTML).toBe("");
});

test("the chart is drawn anew each second, and not at each tick", async () => {
  await show(after([0, told]));
  const before = plots.drawn;
  pass(3_000);
  expect(plots.drawn - before).toBe(3);
});

test("a change of the state that the chart does not show draws nothing", async () => {
  const state = after([0, told]);
  const { rerender } = await show(state);
  const before = plots.drawn;
  rerender(<LiveChart state={{ ...state, may_send: true }} />);
  expect(plots.drawn).toBe(before);
});

test("a new point is drawn, and said to who cannot see", async () => {
  const { rerender } = await show(after([0, told]));
  const before = plots.drawn;
  rerender(<LiveChart state={after([0, { ...told, trace: [...told.trace, point(8, 150)] }])} />);
  expect(plots.drawn).toBe(before + 1);
  expect(screen.getByRole("img").getAttribute("aria-label")).toContain("between 120 and 150");
});

test("one plot is open, in the system's colours, and none when the chart goes", async () => {
  const { unmount } = await show(after([0, told]));
  act(() => {
    media("(prefers-color-scheme: dark)").answer(true);
  });
  expect(plots.open).toBe(1);
  unmount();
  expect(plots.open).toBe(0);
});

test("now is marked as long as the workout goes on and lies in what is shown", async () => {
  const { rerender } = await show(after([0, told]));
  const marked = () => plots.now()?.now_ms;
  expect(marked()).toBe(point(10).at_ms);
  const { trace, session, songs, settings } = after([0, told]);
  const parts = { trace, session, songs, settings };
  rerender(<Chart {...parts} at_ms={point(400).at_ms} />); // no heart rate came for minutes
  await act(() => vi.dynamicImportSettled());
  expect(marked()).toBeNull();
});

test("a workout that is over has no now", async () => {
  const { trace, session, songs, settings } = after([0, told]);
  render(<Chart {...{ trace, session, songs, settings }} at_ms={point(10).at_ms} whole />);
  await act(() => vi.dynamicImportSettled());
  expect(plots.now()).toMatchObject({ now_ms: null, stretch: { to_ms: point(10).at_ms } });
});
