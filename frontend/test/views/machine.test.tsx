import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { Best } from "../../src/heart/best";
import Machine from "../../src/views/heart/Machine";

afterEach(cleanup);

test("a machine is offered where heart rates may be sent, and a browser without Bluetooth is told so", () => {
  render(<Machine best={new Best()} onHeartRate={() => undefined} onCadence={() => false} off={false} />);
  const button = screen.getByRole("button", { name: "Use a machine or sensor" });
  expect(button.getAttribute("aria-disabled")).toBe("false");
  act(() => {
    button.click();
  });
  expect(screen.getByTestId("machine-note").textContent).toMatch("it has no Web Bluetooth");
});
