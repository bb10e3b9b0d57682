import { act, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { beforeEach, expect, test, vi } from "vitest";

import { Mailbox } from "../../src/ownSongs/mailbox";
import { Sources } from "../../src/views/heart/Sources";
import { NOW } from "../helpers";

let recordings: Mailbox<File>;
/** What the page heard of sources in use. */
let uses: boolean[];
let heart_rates: number[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  recordings = new Mailbox();
  uses = [];
  heart_rates = [];
});

const onUse = (inUse: boolean) => uses.push(inUse);
const onHeartRate = (heart_rate: number) => heart_rates.push(heart_rate);
const newestTime = () => 0;

function show(maySend = true) {
  return render(
    <StrictMode>
      <Sources
        maySend={maySend}
        comes={false}
        onHeartRate={onHeartRate}
        newestTime={newestTime}
        deployed={false}
        recordings={recordings}
        isOver={false}
        onUse={onUse}
      />
    </StrictMode>,
  );
}

function press(name: string): void {
  act(() => {
    screen.getByRole("button", { name }).click();
  });
}

function drop(name: string): void {
  act(() => {
    recordings.post(new File(["<gpx/>"], name));
  });
}

test("a source says when it is in use, and stops when the view goes", async () => {
  const { unmount } = show();
  press("Try it without a strap");
  expect(uses.at(-1)).toBe(true);
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect(heart_rates.length).toBeGreaterThan(0);
  unmount();
  expect(uses.at(-1)).toBe(false);
  const heard = heart_rates.length;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(heart_rates.length).toBe(heard);
});

test("a source that is stopped is no longer in use", () => {
  show();
  press("Try it without a strap");
  press("Stop the made-up heart");
  expect(uses.at(-1)).toBe(false);
});

test("a recording that is dropped plays, and the part of the page that shows it opens", () => {
  const { container } = show();
  expect(container.querySelector("details")?.open).toBe(false);
  drop("run.gpx");
  expect(screen.getByTestId("source-note").textContent).toBe("Reading run.gpx…");
  expect(container.querySelector("details")?.open).toBe(true);
});

test("a recording that was dropped before the view came plays once it is there, and once only", async () => {
  drop("run.gpx");
  const { unmount } = show();
  await act(() => Promise.resolve());
  expect(screen.getByTestId("source-note").textContent).toBe("Reading run.gpx…");
  unmount();
  show();
  await act(() => Promise.resolve());
  expect(screen.getByTestId("source-note").textContent).toBe("");
});

test("a recording is refused by what is so now, not when the view came", () => {
  show();
  press("Try it without a strap");
  drop("run.gpx");
  expect(screen.getByRole("alert").textContent).toContain("another source is in use");
});

test("who may not send is told so at a drop", () => {
  show(false);
  drop("run.gpx");
  expect(screen.getByRole("alert").textContent).toContain("may not send heart rates");
});
