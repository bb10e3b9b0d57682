import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { EMPTY_FLOOR, type FloorState } from "../../src/floor/floor";
import type { Settings } from "../../src/wire/messages";
import { Board } from "../../src/views/floor/Board";
import { ClassNote, ClassStrip } from "../../src/views/floor/ClassStrip";
import { ClassTools } from "../../src/views/floor/ClassTools";
import { NOW } from "../helpers";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

type Plan = Settings["plan"] | null;

function tools(changes: Partial<FloorState> = {}): Plan[] {
  const planned: Plan[] = [];
  render(<ClassTools state={{ ...EMPTY_FLOOR, ...changes }} onPlan={(plan) => planned.push(plan)} />);
  return planned;
}

function press(name: string): void {
  act(() => {
    screen.getByRole("button", { name }).click();
  });
}

const RUNNING = { plan: "pyramid", started_ms: NOW - 330_000 } as const;

test("a plan starts for everybody in one press", () => {
  const planned = tools();
  expect(screen.queryByRole("button", { name: "End the class" })).toBeNull();
  press("Start for everybody");
  expect(planned).toEqual(["steady"]);
});

test("where one runs it is asked before another takes its place, or it ends", () => {
  const planned = tools({ running: RUNNING });
  press("Start for everybody");
  expect(planned).toEqual([]);
  expect(screen.getByRole("dialog").textContent).toContain("“Pyramid” runs for everybody. Start “Steady” instead");
  press("Start it instead");
  expect(planned).toEqual(["steady"]);
  press("End the class");
  press("Leave it running");
  expect(planned).toEqual(["steady"]);
});

test("a press is not repeated while its answer may come", () => {
  const planned = tools({ planning: { phase: "asked", id: "1", at_ms: NOW, people: 0 } });
  press("Telling everybody…");
  expect(planned).toEqual([]);
});

test("the strip counts from when the class began, and the note says whom it reached", () => {
  render(<ClassStrip running={RUNNING} />);
  expect(screen.getByTestId("phase").textContent).toBe("2/15 hard");
  expect(screen.getByTestId("countdown").textContent).toBe("0:30");
  render(<ClassNote planning={{ phase: "taken", at_ms: NOW, people: 12 }} running={RUNNING} />);
  expect(screen.getByTestId("class-note").textContent).toContain("The plan runs for 12 people.");
  act(() => {
    vi.advanceTimersByTime(16_000);
  });
  expect(screen.getByTestId("class-note").textContent).toBe("");
});

test("a board without points says how they come there", () => {
  render(<Board people={[]} />);
  expect(screen.getByText(/Nobody shows effort points yet/)).toBeTruthy();
});
