import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { UNDO_MS, useSkip } from "../../src/views/song/useSkip";
import type { SongPush } from "../../src/wire/messages";
import { songPush } from "../helpers";

let skips: number;
let leaving: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  [skips, leaving] = [0, false];
});

const onLeaving = (now: boolean) => {
  leaving = now;
};

function Skipping({ playing }: { readonly playing: SongPush | null }) {
  const onSkip = () => {
    skips += 1;
  };
  const { skip, note } = useSkip({ playing, onSkip, onLeaving });
  return (
    <>
      {note}
      <button onClick={skip}>Skip</button>
    </>
  );
}

function press(name: string): void {
  act(() => {
    screen.getByRole("button", { name }).click();
  });
}

function wait(ms: number): void {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
}

test("a skip goes after five seconds, in which the song is quieter", () => {
  render(<Skipping playing={songPush(0)} />);
  press("Skip");
  expect(screen.getByRole("status").textContent).toContain("Skipping “Title 0”");
  expect(leaving).toBe(true);
  wait(UNDO_MS - 1);
  expect(skips).toBe(0);
  wait(1);
  expect([skips, leaving]).toEqual([1, false]);
  expect(screen.queryByRole("status")).toBeNull();
});

test("a skip that is taken back never goes", () => {
  render(<Skipping playing={songPush(0)} />);
  press("Skip");
  press("Undo");
  wait(2 * UNDO_MS);
  expect([skips, leaving]).toEqual([0, false]);
});

test("a second press skips at once, and once", () => {
  render(<Skipping playing={songPush(0)} />);
  press("Skip");
  press("Skip");
  expect(skips).toBe(1);
  wait(2 * UNDO_MS);
  expect(skips).toBe(1);
});

test("a song that ends by itself takes its skip along", () => {
  const { rerender } = render(<Skipping playing={songPush(0)} />);
  press("Skip");
  rerender(<Skipping playing={songPush(1)} />);
  wait(2 * UNDO_MS);
  expect([skips, leaving]).toEqual([0, false]);
});
