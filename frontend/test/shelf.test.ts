import "fake-indexeddb/auto";
import { type UseStore, get, set } from "idb-keyval";
import { beforeEach, describe, expect, test } from "vitest";

import { type Boards, Shelf, type ShelfSong, boardsOf } from "../src/ownSongs/shelf";

const SONG: ShelfSong = {
  id: "f-1",
  title: "Steps",
  artist: "Me",
  tempo: 128,
  duration_seconds: 200,
  genre: null,
  tempo_from: "detected",
  in_library: false,
};
const OTHER: ShelfSong = { ...SONG, id: "f-2", title: "A walk" };
const FILE = new Blob(["music"]);
let visitor = 0;
let boards: Boards;

beforeEach(() => {
  visitor += 1;
  boards = boardsOf(`visitor-${visitor}`);
});

/** The boards, but the browser refuses to write into `name`. */
function without(name: keyof Boards, error: Error): Boards {
  const refuses: UseStore = (mode, callback) =>
    mode === "readwrite" ? Promise.reject(error) : boards[name](mode, callback);
  return { ...boards, [name]: refuses };
}

describe("music that was put on the shelf", () => {
  test("is there on the next visit, with its file", async () => {
    const shelf = new Shelf(boards);
    expect(await shelf.add(SONG, FILE)).toBe("");
    const later = new Shelf(boards);
    expect(await later.load()).toBe("");
    expect(later.songs()).toEqual([SONG]);
    expect(later.has("f-1")).toBe(true);
    expect(await (await later.file("f-1"))?.text()).toBe("music");
  });

  test("is another person's on another shelf", async () => {
    await new Shelf(boards).add(SONG, FILE);
    const other = new Shelf(boardsOf("somebody-else"));
    await other.load();
    expect(other.songs()).toEqual([]);
    expect(await other.file("f-1")).toBeNull();
  });

  test("is listed by title, each once, and whoever listens hears of it", async () => {
    const shelf = new Shelf(boards);
    let heard = 0;
    const leave = shelf.subscribe(() => (heard += 1));
    for (const song of [SONG, OTHER, SONG]) await shelf.add(song, FILE);
    expect(shelf.songs().map(({ title }) => title)).toEqual(["A walk", "Steps"]);
    expect(heard).toBe(3);
    leave();
    await shelf.clear();
    expect(heard).toBe(3);
  });

  test("is marked when the library has it, for later visits too", async () => {
    const shelf = new Shelf(boards);
    await shelf.add(SONG, FILE);
    await shelf.add(OTHER, FILE);
    await shelf.markInLibrary(["f-1", "f-unknown"]);
    const later = new Shelf(boards);
    await later.load();
    expect(later.songs().map(({ id, in_library }) => [id, in_library])).toEqual([
      ["f-2", false],
      ["f-1", true],
    ]);
  });

  test("has its other tempo after one tap and the first after another, for the library to be told", async () => {
    const shelf = new Shelf(boards);
    await shelf.add({ ...SONG, tempo: 87, other_tempo: 174, in_library: true }, FILE);
    const turned = { ...SONG, tempo: 174, other_tempo: 87, in_library: false };
    expect(await shelf.turnTempo("f-1")).toEqual(turned);
    const later = new Shelf(boards);
    await later.load();
    expect(later.songs()).toEqual([turned]);
    expect((await later.turnTempo("f-1"))?.tempo).toBe(87);
  });

  test("has no other tempo where it is sure", async () => {
    const shelf = new Shelf(boards);
    await shelf.add(SONG, FILE);
    expect(await shelf.turnTempo("f-1")).toBeNull();
    expect(await shelf.turnTempo("f-9")).toBeNull();
  });

  test("is gone when it is thrown away", async () => {
    const shelf = new Shelf(boards);
    await shelf.add(SONG, FILE);
    await shelf.clear();
    expect(shelf.songs()).toEqual([]);
    expect(await shelf.file("f-1")).toBeNull();
    expect(await get("f-1", boards.files)).toBeUndefined();
  });
});

describe("a browser without room", () => {
  const FULL = new DOMException("No.", "QuotaExceededError");

  test("is said to have none, and the song plays until the page is closed", async () => {
    const shelf = new Shelf(without("files", FULL));
    expect(await shelf.add(SONG, FILE)).toBe(
      "“Steps” plays until the page is closed: there is no room left for it in this browser.",
    );
    expect(await (await shelf.file("f-1"))?.text()).toBe("music");
    expect(shelf.has("f-1")).toBe(true);
  });

  test("still knows on the next visit what the song was, and that its file is missing", async () => {
    await new Shelf(without("files", FULL)).add(SONG, FILE);
    const later = new Shelf(boards);
    await later.load();
    expect(later.songs()).toEqual([SONG]);
    expect(later.has("f-1")).toBe(false);
    expect(await later.file("f-1")).toBeNull();
  });
});

test("a browser that forbids storage says so, and the music of this visit plays", async () => {
  const forbids: UseStore = () => Promise.reject(new DOMException("No.", "SecurityError"));
  const shelf = new Shelf({ songs: forbids, files: forbids });
  expect(await shelf.load()).toContain("does not let the page keep music");
  expect(await shelf.add(SONG, FILE)).toContain("this browser does not keep it");
  expect(await (await shelf.file("f-1"))?.text()).toBe("music");
});

test("a file that was lost to the browser is no recording", async () => {
  await set("f-1", SONG, boards.songs);
  const shelf = new Shelf(boards);
  await shelf.load();
  expect(shelf.has("f-1")).toBe(false);
});
