import { act, render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import type { PastAsks } from "../../src/session/gathering";
import Past from "../../src/views/past/Past";
import { LastWorkout } from "../../src/views/past/OpenPast";
import { EMPTY } from "../../src/session/store";
import type { History, PastSongs } from "../../src/wire/messages";
import { NOW, SESSION } from "../helpers";
import { pastSongs, pastWorkout, play } from "../pasts";

const DAY_MS = 86_400_000;
/** Newest first; three pages of two. */
const SESSIONS = [1, 2, 3, 4, 5].map((days) => NOW - days * DAY_MS);
const PAGE = 2;

let files: { name: string; content: Blob }[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  files = [];
  let content = new Blob();
  vi.stubGlobal("URL", {
    createObjectURL: (blob: Blob) => {
      content = blob;
      return "blob:";
    },
    revokeObjectURL: () => undefined,
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    files.push({ name: this.download, content });
  });
  HTMLElement.prototype.scrollTo = () => undefined;
});

function pageOf(before_ms = Infinity): History {
  const rest = SESSIONS.filter((session) => session < before_ms);
  const workouts = rest.slice(0, PAGE).map((session) => pastWorkout({ session, ends_at_ms: session + 600_000 }));
  return { type: "history", workouts, before_ms: rest.length > PAGE ? (workouts.at(-1)?.session ?? null) : null };
}

function pastOf(session: number): PastSongs {
  return pastSongs([play(0, { skipped: true }), play(1)], { session, ends_at_ms: session + 600_000 });
}

const TRUE: PastAsks = {
  history: (before_ms) => Promise.resolve(pageOf(before_ms)),
  past: (session) => Promise.resolve(pastOf(session)),
};

async function settle(ms = 0): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(ms));
}

async function show(asks: PastAsks = TRUE, session: number | null = null) {
  const onClose = vi.fn();
  const shown = render(<Past asks={asks} session={session} onClose={onClose} />);
  await settle();
  return { ...shown, onClose };
}

async function press(name: string | RegExp): Promise<void> {
  act(() => {
    screen.getByRole("button", { name }).click();
  });
  await settle();
}

const rows = () => screen.getAllByRole("listitem").filter((row) => row.dataset.session !== undefined);

test("the list is turned on page by page, until there are no more", async () => {
  await show();
  const counts = [rows().length];
  await press("Show older ones");
  counts.push(rows().length);
  await press("Show older ones");
  counts.push(rows().length);
  expect(counts).toEqual([2, 4, 5]);
  expect(screen.queryByRole("button", { name: "Show older ones" })).toBeNull();
});

test("a row tells what the workout was", async () => {
  await show();
  const [row] = rows();
  if (!row) throw new Error("There is no row.");
  const terms = within(row).getAllByRole("definition").map(({ textContent }) => textContent);
  expect(terms).toEqual(["10:00", "131", "157", "2", "1", "83\u00a0%"]);
  expect(within(row).getByRole("img").getAttribute("aria-label")).toBe(
    "Time in zones: zone 1 1:00, zone 2 2:00, zone 3 5:00, zone 4 1:50",
  );
});

test("an empty list says when a workout appears", async () => {
  await show({ ...TRUE, history: () => Promise.resolve({ type: "history", workouts: [], before_ms: null }) });
  expect(screen.getByText(/^No workout is here yet/)).toBeDefined();
  expect(screen.queryByRole("button", { name: /Download/ })).toBeNull();
});

test("a list that does not come says why, and is asked for again", async () => {
  let isOpen = false;
  const history: PastAsks["history"] = () =>
    isOpen ? Promise.resolve(pageOf()) : Promise.reject(new Error("There is no connection."));
  await show({ ...TRUE, history });
  expect(screen.getByText("There is no connection.")).toBeDefined();
  isOpen = true;
  await press("Try again");
  expect(rows()).toHaveLength(2);
  expect(screen.queryByText("There is no connection.")).toBeNull();
});

test("a workout is opened, summed up, and left for the list as it was", async () => {
  await show();
  await press("Show older ones");
  act(() => {
    rows()[1]?.querySelector("button")?.click();
  });
  await settle();
  expect(document.activeElement).toBe(screen.getAllByRole("heading", { level: 2 })[0]);
  expect(screen.getByRole("heading", { name: "Time in each zone" })).toBeDefined();
  expect(screen.getByText("Title 0").textContent).toContain("skipped");
  await press("All workouts");
  expect(rows()).toHaveLength(4);
});

test("a past workout's songs are judged by one measure, and its figures said to be about right", async () => {
  const plays = [play(0, { fit: 0.17 }), play(1, { fit: 0.9 }), play(2, { fit: null, line: [] })];
  await show({ ...TRUE, past: () => Promise.resolve(pastSongs(plays, { fit: 0.41 })) }, SESSION);
  const fits = [...document.querySelectorAll(".fits .fit")].map(({ textContent }) => textContent);
  expect(fits).toEqual(["17\u00a0% at the tempo by itself", "90\u00a0% at the tempo by itself", "Fit unknown"]);
  const marks = [...document.querySelectorAll(".fits .mark")].map(({ textContent }) => textContent);
  expect(marks).toEqual(["least at the tempo", "most at the tempo"]);
  expect(screen.getByText("At the tempo by itself").nextElementSibling?.textContent).toBe("41\u00a0%");
  expect(screen.getAllByText(/own tempo was within 8\s% of the target, not as it was bent/)).toHaveLength(2);
  expect(document.body.textContent).not.toMatch(/%\saway|fitted/);
  expect(screen.getByText(/counted from a point every 15 s/)).toBeDefined();
});

test("a workout that cannot be told says why, and is asked for again", async () => {
  const past = vi.fn<PastAsks["past"]>().mockRejectedValueOnce(new Error("You have no such workout."));
  past.mockResolvedValue(pastOf(SESSION));
  await show({ ...TRUE, past }, SESSION);
  expect(screen.getByRole("alert").textContent).toBe("You have no such workout.");
  await press("Try again");
  expect(screen.getByRole("heading", { name: "Time in each zone" })).toBeDefined();
});

test("everything is read one after the other, and is one file", async () => {
  await show();
  await press("Download everything as JSON");
  await settle(300); // the pages of the list
  expect(screen.getByTestId("everything").textContent).toMatch(/^Reading: \d of 5 workouts\.$/);
  expect(files).toEqual([]);
  await settle(10_000);
  expect(screen.getByTestId("everything").textContent).toBe("All 5 workouts are in the file.");
  const told = JSON.parse((await files[0]?.content.text()) ?? "") as { workouts: PastSongs[] };
  expect(told.workouts.map(({ workout }) => workout.session)).toEqual(SESSIONS);
  expect(files[0]?.name).toMatch(/^tempofit-.*\.json$/);
});

test("of one workout everything is told of as one", async () => {
  const [session = NOW] = SESSIONS;
  const only: History = { type: "history", workouts: [pastWorkout({ session })], before_ms: null };
  await show({ ...TRUE, history: () => Promise.resolve(only) });
  await press("Download everything as JSON");
  await settle(10_000);
  expect(screen.getByTestId("everything").textContent).toBe("Your one workout is in the file.");
});

test("of everything nothing is saved where something did not come", async () => {
  await show({ ...TRUE, past: () => Promise.reject(new Error("The server did not answer. Try again.")) });
  await press("Download everything as JSON");
  await settle(10_000);
  expect(screen.getByTestId("everything").textContent).toBe(
    "Nothing was saved. The server did not answer. Try again.",
  );
  expect(files).toEqual([]);
});

test("weeks say what they rest on, and what the music did as it is read", async () => {
  await show();
  await press(/^Your weeks/);
  await settle(10_000);
  expect(screen.getByText(/^By the Monday of each week, from 5 workouts since/)).toBeDefined();
  const skipped = screen.getByRole("region", { name: "Skipped most" });
  expect(within(skipped).getByText("5 of 5 plays")).toBeDefined();
  expect(screen.queryByText(/^Reading songs/)).toBeNull();
  const longest = screen.getByRole("region", { name: "Longest at the tempo by themselves" });
  expect(longest.textContent).toMatch(/own tempo was within 8\u00a0% of the target, not as it was bent .* 5 workouts/);
});

test("what is read as the dialog closes goes nowhere", async () => {
  const past = vi.fn(TRUE.past);
  const { unmount } = await show({ ...TRUE, past });
  await press(/^Your weeks/);
  await settle(400);
  unmount();
  const { length } = past.mock.calls;
  await settle(10_000);
  expect(past.mock.calls.length).toBeLessThanOrEqual(length + 1);
});

test("the dialog is closed by its button", async () => {
  const { onClose } = await show();
  act(() => {
    screen.getByRole("button", { name: "Close" }).click();
  });
  expect(onClose).toHaveBeenCalledOnce();
});

test("the workout that ended is told of until another begins", () => {
  const over = { session: SESSION, ended_ms: SESSION + 600_000 };
  const { rerender } = render(<LastWorkout state={{ ...EMPTY, over }} asks={TRUE} />);
  expect(screen.getByTestId("last-workout").textContent).toContain("Your workout ended at ");
  rerender(<LastWorkout state={{ ...EMPTY, over, session: SESSION + 700_000 }} asks={TRUE} />);
  expect(screen.queryByTestId("last-workout")).toBeNull();
});
