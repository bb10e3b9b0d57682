import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";

import { batches } from "../src/ownSongs/batches";
import { droppedFiles, musicOf, sortDropped } from "../src/ownSongs/dropped";
import { bring, notInLibrary, removeAll } from "../src/ownSongs/library";
import type { OwnSong } from "../src/wire/messages";
import { Shelf, type ShelfSong, boardsOf } from "../src/ownSongs/shelf";
import type { Watch } from "../src/session/watch";

const SONGS = Array.from({ length: 60 }, (_, number): ShelfSong => {
  const song = { id: `f-${number}`, title: "Steps", artist: "Me", tempo: 128, genre: null };
  return { ...song, duration_seconds: 200, tempo_from: "detected", in_library: false };
});

async function shelfOf(user: string): Promise<Shelf> {
  const shelf = new Shelf(boardsOf(user));
  for (const song of SONGS) await shelf.add(song, new Blob(["music"]));
  return shelf;
}

test("the server is told of a song what it needs, and nothing of where its tempo is from", async () => {
  const told: OwnSong[] = [];
  const sendOwnSongs: Watch["sendOwnSongs"] = (songs) => {
    told.push(...songs);
    return Promise.resolve({ kept: songs.length, removed: 0 });
  };
  await bring(await shelfOf("told"), SONGS.slice(0, 1), sendOwnSongs);
  expect(told).toEqual([
    { id: "f-0", title: "Steps", artist: "Me", tempo: 128, duration_seconds: 200, genre: null },
  ]);
});

test("songs count as in the library as far as the server took them, and no further", async () => {
  const shelf = await shelfOf("half");
  const refuses: Watch["sendOwnSongs"] = (songs, _, onTaken) => {
    const [first] = batches(songs);
    if (first) onTaken(first);
    return Promise.reject(new Error("This library is full."));
  };
  await expect(bring(shelf, shelf.songs(), refuses)).rejects.toThrow("This library is full.");
  expect(notInLibrary(shelf.songs())).toHaveLength(10);
});

test("what the server does not let go stays on the shelf", async () => {
  const shelf = await shelfOf("stays");
  const removed: string[] = [];
  await expect(removeAll(shelf, () => Promise.reject(new Error("No.")))).rejects.toThrow("No.");
  expect(shelf.songs()).toHaveLength(60);
  await removeAll(shelf, (_, remove) => {
    removed.push(...remove);
    return Promise.resolve({ kept: 0, removed: remove.length });
  });
  expect(removed).toHaveLength(60);
  expect(shelf.songs()).toEqual([]);
});

test("covers, playlists and systems' own files are not taken for music", () => {
  const beside = ["cover.jpg", "list.m3u8", "desktop.ini", "Thumbs.db", "._a.mp3", ".DS_Store"];
  const files = [...beside, "b.mp3"].map((name) => new File([], name));
  expect(musicOf(files).map(({ name }) => name)).toEqual(["b.mp3"]);
});

test("hidden files and recorded workouts are not taken for music", () => {
  const names = [".DS_Store", "one.mp3", "ride.FIT", "run.gpx", "walk.tcx", "notes.txt"];
  const files = names.map((name) => new File([], name));
  expect(musicOf(files).map(({ name }) => name)).toEqual(["one.mp3", "notes.txt"]);
});

describe("what is dropped", () => {
  const drop = (...names: readonly string[]) => sortDropped(names.map((name) => new File([], name)));

  test("is a recorded workout, or music, or both", () => {
    const { recording, music, sentence } = drop("one.mp3", "ride.FIT", "two.ogg");
    expect(recording?.name).toBe("ride.FIT");
    expect(music.map(({ name }) => name)).toEqual(["one.mp3", "two.ogg"]);
    expect(sentence).toBe("");
  });

  test.each([
    [[], "There is nothing for this page"],
    [[".DS_Store"], "There is nothing for this page"],
    [["a.fit", "b.tcx"], "at a time: a.fit. The other one was left out."],
    [["a.fit", "b.tcx", "one.mp3", "c.gpx"], "at a time: a.fit. The other 2 were left out."],
  ])("is told of where nothing takes it: %j", (names, sentence) => {
    expect(drop(...names).sentence).toContain(sentence);
  });
});

test("a folder that is dropped is looked through to its last file", async () => {
  const file = (name: string) => ({
    isFile: true,
    file: (resolve: (file: File) => void) => {
      resolve(new File([], name));
    },
  });
  const folder = (...parts: readonly (readonly object[])[]) => ({
    isFile: false,
    createReader: () => {
      const left = [...parts, []];
      return {
        readEntries: (resolve: (some: readonly object[]) => void) => {
          resolve(left.shift() ?? []);
        },
      };
    },
  });
  const entries = [folder([file("a.mp3"), folder([file("b.mp3")])], [file("c.mp3")]), null];
  const items = entries.map((entry) => ({
    webkitGetAsEntry: () => entry,
    getAsFile: () => new File([], "d.mp3"),
  }));
  const found = await droppedFiles(items as unknown as DataTransferItemList);
  expect(found.map(({ name }) => name)).toEqual(["a.mp3", "b.mp3", "c.mp3", "d.mp3"]);
});
