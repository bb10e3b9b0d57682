import { act, render, renderHook, screen } from "@testing-library/react";
import { StrictMode, useState } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";

import {
  useDark,
  useFocusKept,
  useFreshness,
  useLeaving,
  usePosition,
  useStore,
  useTick,
  useWaiting,
} from "../../src/views/hooks";
import { hold } from "../../src/session/held";
import { NOW, after, point, songPush, workoutOf } from "../helpers";
import { media, pass } from "./browser";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

describe("the clock", () => {
  test("renders a view only where it shows something else", () => {
    let renders = 0;
    const { result } = renderHook(() => {
      renders += 1;
      return useTick((now_ms) => Math.floor((now_ms - NOW) / 1000));
    });
    pass(3_000);
    expect([result.current, renders]).toEqual([3, 4]);
  });

  test("ticks once for all views, and not at all for none", () => {
    const first = renderHook(() => useTick((now_ms) => now_ms));
    const second = renderHook(() => useTick((now_ms) => now_ms));
    expect(vi.getTimerCount()).toBe(1);
    first.unmount();
    expect(vi.getTimerCount()).toBe(1);
    second.unmount();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells the time of now to who looks after a pause", () => {
    vi.advanceTimersByTime(60_000);
    expect(renderHook(() => useTick((now_ms) => now_ms - NOW)).result.current).toBe(60_000);
  });
});

test("a view waits for an answer, and no longer than one takes", () => {
  const asked = { phase: "asked", id: "a question", at_ms: NOW } as const;
  const { result } = renderHook(() => useWaiting(asked));
  expect(result.current).toBe(true);
  pass(10_000);
  expect(result.current).toBe(false);
});

test("a heart rate grows stale without anything that comes", () => {
  const state = after([0, workoutOf({ latest: point(1), stale_after_ms: 3_000 })]);
  const { result } = renderHook(() => useFreshness(state));
  expect(result.current).toBe("unconfirmed");
  pass(3_000);
  expect(result.current).toBe("stale");
});

test("the next song plays when its time has come, and the last one is over then", () => {
  const state = after([0, workoutOf({ latest: point(199), songs: [songPush(0), songPush(1)] })]);
  let renders = 0;
  const { result } = renderHook(() => {
    renders += 1;
    return usePosition(state);
  });
  expect(result.current).toEqual({ playing: songPush(0), next: songPush(1), over: false });
  pass(1_000);
  expect(result.current).toEqual({ playing: songPush(1), next: null, over: false });
  pass(200_000);
  expect(result.current).toEqual({ playing: songPush(1), next: null, over: true });
  expect(renders).toBe(3);
});

test("a store renders its views until they are gone", () => {
  const store = hold((_, next: number) => next, 1);
  const { result, unmount } = renderHook(() => useStore(store), { wrapper: StrictMode });
  act(() => {
    store.dispatch(2);
  });
  expect(result.current).toBe(2);
  unmount();
  store.dispatch(3);
  expect(result.current).toBe(2);
});

test("the page turns dark when the system does", () => {
  const { result } = renderHook(() => useDark());
  expect(result.current).toBe(false);
  act(() => {
    media("(prefers-color-scheme: dark)").answer(true);
  });
  expect(result.current).toBe(true);
});

test("leaving aborts what a view began, and not before", () => {
  const { result, unmount } = renderHook(() => useLeaving(), { wrapper: StrictMode });
  const leaving = result.current.current;
  expect(leaving.aborted).toBe(false);
  unmount();
  expect(leaving.aborted).toBe(true);
});

describe("the note", () => {
  function Leaver({ keeps }: { readonly keeps: boolean }) {
    const [words, setWords] = useState("");
    const { note, keepFocus } = useFocusKept(words);
    return (
      <>
        {words === "" && (
          <button
            type="button"
            onClick={() => {
              if (keeps) keepFocus();
              setWords("Done.");
            }}
          >
            Do it
          </button>
        )}
        <button type="button">Other</button>
        <p ref={note} tabIndex={-1} role="status">
          {words}
        </p>
      </>
    );
  }

  function press(keeps: boolean, focused: string): void {
    render(<Leaver keeps={keeps} />);
    screen.getByRole("button", { name: focused }).focus();
    act(() => {
      screen.getByRole("button", { name: "Do it" }).click();
    });
  }

  test("takes the focus of a control that went", () => {
    press(true, "Do it");
    expect(document.activeElement).toBe(screen.getByRole("status"));
  });

  test("leaves the focus where another control has it", () => {
    press(true, "Other");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Other" }));
  });

  test("takes no focus that nobody asked it to keep", () => {
    press(false, "Do it");
    expect(document.activeElement).toBe(document.body);
  });
});
