import { act, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { FloorWorkout } from "../../src/views/floor/FloorWorkout";
import { EndWorkout } from "../../src/views/summary/EndWorkout";
import { Summary } from "../../src/views/summary/Summary";
import { after, workoutOf } from "../helpers";

function press(name: string): void {
  act(() => {
    screen.getByRole("button", { name }).click();
  });
}

test("the summary begins at its heading", () => {
  render(<Summary state={after([0, workoutOf()])} at_ms={0} measured={[]} onBack={() => undefined} />);
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Your workout" }));
});

function end(focused: boolean, here = true): { ended: number } {
  const heard = { ended: 0 };
  const onEnd = () => {
    heard.ended += 1;
  };
  render(<EndWorkout here={here} focused={focused} onEnd={onEnd} />);
  return heard;
}

test("the end takes the focus after coming back, and not when the page opens", () => {
  end(false);
  expect(document.activeElement).toBe(document.body);
});

test("who came back from the summary is where they left", () => {
  end(true);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "End the workout" }));
});

test("the question takes the focus, and gives it back to what asked", () => {
  const heard = end(false);
  press("End the workout");
  expect(document.activeElement?.textContent).toContain("This stops your heart-rate source");
  press("Keep going");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "End the workout" }));
  expect(heard.ended).toBe(0);
});

test("the question is brought into sight with its answers", () => {
  const shown = vi.spyOn(Element.prototype, "scrollIntoView");
  end(true);
  expect(shown).not.toHaveBeenCalled();
  press("End the workout");
  const [question] = shown.mock.contexts as Element[];
  expect(question?.textContent).toMatch(/This stops.*End it.*Keep going/s);
  expect(shown).toHaveBeenCalledWith({ block: "nearest" });
  shown.mockRestore();
});

test("nothing is asked where no source of this device would stop", () => {
  const heard = end(false, false);
  press("End the workout");
  expect(heard.ended).toBe(1);
});

test("a workout over the floor is looked at while its dialog is there", () => {
  const looked: string[] = [];
  const watching = {
    current: {
      open: (user: string) => {
        looked.push(`open ${user}`);
        return () => looked.push(`close ${user}`);
      },
      plan: () => undefined,
      connect: () => undefined,
      stop: () => undefined,
    },
  };
  const chosen = { user: "anna", name: "Anna" };
  const { unmount } = render(
    <FloorWorkout chosen={chosen} watching={watching} onClose={() => undefined} />,
  );
  expect(screen.getByRole<HTMLDialogElement>("dialog").open).toBe(true);
  expect(looked).toEqual(["open anna"]);
  unmount();
  expect(looked).toEqual(["open anna", "close anna"]);
});
