import { afterEach, expect, test, vi } from "vitest";

import { createStore } from "../src/session/store";
import { type Watch, watch } from "../src/session/watch";
import { NOW, songPush, workoutOf } from "./helpers";

const MINUTE_MS = 60_000;
const EVERY_MS = 5_000;
const CONFIG = { websocket_url: "ws://here", users: [], token_url: "/token" };

interface Message {
  readonly action: string;
  readonly id?: string;
  readonly samples?: readonly (readonly [number, number])[];
}

let watching: Watch | null = null;

afterEach(() => {
  watching?.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What the server has: each time once, none older than the newest; as `average` folds them. */
const folded: number[] = [];
const tokens: { readonly made_ms: number; readonly used_ms: number }[] = [];
let open = 0;

/** API Gateway: two hours, a token of an hour looked at on connecting, and `workout` answered. */
class Gateway {
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: () => void = () => undefined;
  private isOpen = false;

  constructor(url: string) {
    const [, payload = ""] = new URL(url).searchParams.get("token")?.split(".") ?? [];
    const { made_ms } = JSON.parse(atob(payload)) as { made_ms: number };
    tokens.push({ made_ms, used_ms: Date.now() });
    queueMicrotask(() => {
      this.isOpen = true;
      open += 1;
      this.onopen();
    });
    setTimeout(() => {
      this.close();
    }, 120 * MINUTE_MS);
  }

  send(text: string): void {
    const { action, id, samples = [] } = JSON.parse(text) as Message;
    for (const [at_ms] of samples) if (at_ms > (folded.at(-1) ?? 0)) folded.push(at_ms);
    const latest = [folded.at(-1) ?? NOW, 130, 130];
    const slot = Math.floor((Date.now() - NOW) / (4 * MINUTE_MS));
    const starts_at_ms = NOW + slot * 4 * MINUTE_MS;
    const song = songPush(slot, { session: NOW, starts_at_ms, ends_at_ms: starts_at_ms + 4 * MINUTE_MS });
    if (action === "workout") this.says({ ...workoutOf({ session: NOW, songs: [song] }), latest, id });
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    open -= 1;
    this.onclose();
  }

  private says(message: object): void {
    queueMicrotask(() => {
      if (this.isOpen) this.onmessage({ data: JSON.stringify(message) });
    });
  }
}

test("three hours with tokens of one are renewed before two, and no heart rate is missing or sent twice", async () => {
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "hidden" }));
  vi.stubGlobal("WebSocket", Gateway);
  vi.stubGlobal("fetch", () => {
    const payload = btoa(JSON.stringify({ sub: "anna", made_ms: Date.now() }));
    return Promise.resolve(Response.json({ access_token: `e30.${payload}.signature` }));
  });
  watching = watch(CONFIG, "anna", createStore());
  await vi.advanceTimersByTimeAsync(100);
  const measured: number[] = [];
  let gaps = 0;
  for (let at_ms = EVERY_MS; at_ms <= 180 * MINUTE_MS; at_ms += EVERY_MS) {
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    if (at_ms === 70 * MINUTE_MS) {
      Object.assign(document, { visibilityState: "visible" });
      document.dispatchEvent(new Event("visibilitychange"));
    }
    measured.push(Date.now());
    watching.heartRate(120 + ((at_ms / EVERY_MS) % 20));
    if (open === 0) gaps += 1;
  }
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(tokens.length).toBeGreaterThan(1);
  for (const { made_ms, used_ms } of tokens) expect(used_ms - made_ms).toBeLessThan(60 * MINUTE_MS);
  expect(gaps).toBe(0);
  expect(folded).toEqual(measured);
}, 120_000);
