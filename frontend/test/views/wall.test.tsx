import { act, render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import type { Person } from "../../src/floor/floor";
import { WallPages, TURNS_EVERY_MS } from "../../src/views/floor/WallPages";
import { NOW } from "../helpers";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

function somebody(number: number): Person {
  return {
    told: {
      user: `person-${String(number).padStart(3, "0")}`,
      alias: null,
      session: NOW,
      latest: null,
      resting_heart_rate: 60,
      max_heart_rate: 180,
      song: null,
    },
    came_ms: null,
    reason: "",
    stale: false,
    recent: [],
    band: number === 60 ? "silent" : "fine",
    calm_polls: 0,
  };
}

const PEOPLE = Array.from({ length: 90 }, (_, number) => somebody(number));

function wall(people = PEOPLE, held = false) {
  return <WallPages people={people} held={held} onOpen={() => undefined} />;
}

function first(): string | null {
  return screen.getAllByTestId("tile")[0]?.getAttribute("data-user") ?? null;
}

function wait(turns: number): void {
  act(() => {
    vi.advanceTimersByTime(turns * TURNS_EVERY_MS);
  });
}

test("a wall turns its pages by itself, one after the other", () => {
  render(wall());
  expect(first()).toBe("person-000");
  wait(1);
  expect(first()).toBe("person-048");
  wait(1);
  expect(first()).toBe("person-000");
});

test("a page that is chosen stays, until the wall is to turn again", () => {
  render(wall());
  const pages = within(screen.getByRole("navigation"));
  act(() => {
    pages.getByRole("button", { name: "Page 2, 1 needs attention" }).click();
  });
  wait(3);
  expect(first()).toBe("person-048");
  act(() => {
    pages.getByRole("button", { name: "Turn by itself" }).click();
  });
  wait(1);
  expect(first()).toBe("person-000");
});

test("a wall stands still while somebody's workout is open on it", () => {
  const { rerender } = render(wall());
  rerender(wall(PEOPLE, true));
  wait(3);
  expect(first()).toBe("person-000");
});

test("a wall of few has no pages", () => {
  render(wall(PEOPLE.slice(0, 48)));
  expect(screen.queryByRole("navigation")).toBeNull();
  expect(screen.getAllByTestId("tile")).toHaveLength(48);
});
