/** A server for views: it lets the athlete in, and says what a test tells it to. */
import { act } from "@testing-library/react";
import { vi } from "vitest";

import type { TracePoint, Workout } from "../../src/wire/messages";
import { FakeSocket } from "../socket";

export const CONFIG = { websocket_url: "ws://here", users: ["anna", "ben"], token_url: "/token" };

/** Takes the place of the network; the token is that of `user`. */
export function serve(user: string): void {
  const access_token = `e30.${btoa(JSON.stringify({ sub: user }))}.signature`;
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ access_token })));
  FakeSocket.newest = null;
}

/** Lets the page connect. */
export async function connected(): Promise<FakeSocket> {
  await act(() => vi.advanceTimersByTimeAsync(250));
  if (!FakeSocket.newest) throw new Error("Nobody connected.");
  return FakeSocket.newest;
}

/** Tells the page how the workout stands. */
export function tell(socket: FakeSocket, told: Workout): void {
  act(() => {
    socket.onmessage({ data: JSON.stringify(encoded(told)) });
  });
}

/** As the server writes it: points are lists. */
function encoded({ latest, trace, ...workout }: Workout): object {
  return { ...workout, latest: latest && list(latest), trace: trace.map(list) };
}

function list({ at_ms, heart_rate, average }: TracePoint): readonly number[] {
  return [at_ms, heart_rate, average];
}
