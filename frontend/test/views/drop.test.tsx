import { act, render, renderHook, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { Mailbox } from "../../src/ownSongs/mailbox";
import { Shelf, boardsOf } from "../../src/ownSongs/shelf";
import { useDropped } from "../../src/views/drop";
import { MyMusic } from "../../src/views/music/MyMusic";
import { createStore } from "../../src/session/store";

import "fake-indexeddb/auto";

/** An event of files that are dragged, as jsdom has none. */
function dragged(type: string, names: readonly string[]): Event {
  const items = names.map((name) => ({
    webkitGetAsEntry: () => null,
    getAsFile: () => new File(["content"], name),
  }));
  const event = new Event(type, { cancelable: true });
  return Object.assign(event, { dataTransfer: { types: ["Files"], items }, relatedTarget: null });
}

async function drag(type: string, ...names: readonly string[]): Promise<void> {
  await act(async () => {
    window.dispatchEvent(dragged(type, names));
    await new Promise<void>((resolve) => {
      queueMicrotask(resolve);
    });
  });
}

test("files that are held over the page are seen, until they leave it or are dropped", async () => {
  const { result } = renderHook(useDropped);
  await drag("dragover");
  expect(result.current.isOver).toBe(true);
  await drag("dragleave");
  expect(result.current.isOver).toBe(false);
});

test("what is dropped is sorted into workouts and music", async () => {
  const { result } = renderHook(useDropped);
  const taken: string[] = [];
  result.current.recordings.take(({ name }) => taken.push(name));
  result.current.music.take((files) => taken.push(...files.map(({ name }) => name)));
  await drag("drop", "run.fit", "song.mp3");
  await vi.waitFor(() => {
    expect(taken).toEqual(["run.fit", "song.mp3"]);
  });
});

test("a drop without anything in it for the page is told, until it is forgotten", async () => {
  const { result } = renderHook(useDropped);
  await drag("drop");
  await vi.waitFor(() => {
    expect(result.current.problem?.sentence).toContain("There is nothing for this page");
  });
  act(() => {
    result.current.forget();
  });
  expect(result.current.problem).toBeNull();
});

test("the page that goes hears no more of files", async () => {
  const { result, unmount } = renderHook(useDropped);
  unmount();
  await drag("dragover");
  expect(result.current.isOver).toBe(false);
});

test("one's own music opens for files that are dropped, and reads them", async () => {
  const store = createStore();
  const dropped = new Mailbox<readonly File[]>();
  render(
    <MyMusic
      store={store}
      state={{ ...store.get(), may_send: false }}
      shelf={new Shelf(boardsOf("anna"))}
      trouble=""
      dropped={dropped}
      library="demo"
      sendOwnSongs={() => Promise.resolve({ kept: 0, removed: 0 })}
      onLibrary={() => undefined}
    />,
  );
  expect(screen.getByRole<HTMLDetailsElement>("group").open).toBe(false);
  act(() => {
    dropped.post([new File(["content"], "song.mp3")]);
  });
  expect(screen.getByRole<HTMLDetailsElement>("group").open).toBe(true);
  const refused = await screen.findByRole("alert", {}, { timeout: 10_000 });
  expect(refused.textContent).toContain("only the athlete can add music");
});
