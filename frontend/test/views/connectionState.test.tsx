import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { WorkoutPage } from "../../src/views/WorkoutPage";
import { NOW, workoutOf } from "../helpers";
import { FakeSocket } from "../socket";
import "./browser";
import { CONFIG, connected, serve, tell } from "./server";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  localStorage.clear();
  serve("anna");
});

/** A page whose place newer ones took, and its button. */
async function replaced(): Promise<HTMLElement> {
  render(
    <WorkoutPage config={CONFIG} user="anna">
      {null}
    </WorkoutPage>,
  );
  const socket = await connected();
  tell(socket, workoutOf());
  act(() => {
    const error = { type: "error", code: "too_many_connections", message: "The oldest ends." };
    socket.onmessage({ data: JSON.stringify(error) });
    socket.onclose();
  });
  return screen.getByRole("button", { name: "Use TempoFit here" });
}

test("a page whose place newer ones took says why, and connects at the press of a button", async () => {
  const button = await replaced();
  const socket = FakeSocket.newest;
  const why = screen.getByText(/^TempoFit is open in too many other places/);
  expect(why.closest("[role=alert]")).not.toBeNull();
  expect(screen.getByText("Not connected")).toBeTruthy();
  button.focus();
  fireEvent.click(button);
  expect(document.activeElement?.textContent).toBe("Connecting…");
  expect(await connected()).not.toBe(socket);
  expect(screen.getByText("Connected")).toBeTruthy();
  expect(why.isConnected).toBe(false);
});

test("nothing is said to be connected while there is no network", async () => {
  render(
    <WorkoutPage config={CONFIG} user="anna">
      {null}
    </WorkoutPage>,
  );
  tell(await connected(), workoutOf());
  expect(screen.getByText("Connected")).toBeTruthy();
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  act(() => {
    window.dispatchEvent(new Event("offline"));
  });
  expect(screen.queryByText("Connected")).toBeNull();
  expect(screen.getByText("No network")).toBeTruthy();
});

test("a page that stays away promises to come back by itself no more, without a network either", async () => {
  await replaced();
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  act(() => {
    window.dispatchEvent(new Event("offline"));
  });
  expect(screen.queryByText(/No network/)).toBeNull();
  expect(screen.getByText("Not connected")).toBeTruthy();
});
