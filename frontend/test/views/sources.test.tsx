import { act, cleanup, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { beforeEach, expect, test, vi } from "vitest";

import { Mailbox } from "../../src/ownSongs/mailbox";
import { keptSource } from "../../src/heart/kept";
import { Sources } from "../../src/views/heart/Sources";
import { useSource } from "../../src/views/heart/useSource";
import { NOW } from "../helpers";

let recordings: Mailbox<File>;
let heart_rates: number[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  recordings = new Mailbox();
  sessionStorage.clear();
  heart_rates = [];
});

const onHeartRate = (heart_rate: number) => heart_rates.push(heart_rate);
const newestTime = () => 0;
const onCadence = () => false;

function Used({ maySend }: { readonly maySend: boolean }) {
  const source = useSource({ user: "anna", maySend, kept: keptSource("anna"), onHeartRate, newestTime, recordings, onCadence });
  return <Sources {...source} off={!maySend} comes={false} starts={false} isOver={false} deployed={false} />;
}

function show(maySend = true) {
  return render(
    <StrictMode>
      <Used maySend={maySend} />
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

test("a source stops when the view goes", async () => {
  const { unmount } = show();
  press("Try it without a strap");
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect(heart_rates.length).toBeGreaterThan(0);
  unmount();
  const heard = heart_rates.length;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(heart_rates.length).toBe(heard);
});

/** The page is loaded again. */
function reload(): void {
  act(() => {
    window.dispatchEvent(new Event("pagehide"));
  });
  cleanup();
  heart_rates = [];
}

test("a made-up heart goes on after the page was loaded again", async () => {
  show();
  press("Try it without a strap");
  await act(() => vi.advanceTimersByTimeAsync(60_000));
  const before = heart_rates.at(-1) ?? 0;
  reload();
  show();
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(screen.getByRole("button", { name: "Stop the made-up heart" })).toBeTruthy();
  expect(Math.abs((heart_rates.at(-1) ?? 0) - before)).toBeLessThan(5);
});

test("a heart that was stopped stays so after the page was loaded again", () => {
  show();
  press("Try it without a strap");
  press("Stop the made-up heart");
  reload();
  show();
  expect(screen.getByRole("button", { name: "Try it without a strap" })).toBeTruthy();
});

test("a recording that a reload ended is said to be so", () => {
  show();
  drop("run.gpx");
  reload();
  show();
  expect(screen.getByTestId("source-note").textContent).toContain("which ended the recording");
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
