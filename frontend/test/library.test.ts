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

/** Files of these names, each with the bytes of its letters. */
function filesOf(contents: Readonly<Record<string, string>>): readonly File[] {
  const bytes = (letters: string) => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return Object.entries(contents).map(([name, letters]) => new File([bytes(letters)], name));
}

test("music is told by what is in a file: covers, playlists and workouts beside it are passed over", async () => {
  const files = filesOf({
    ".DS_Store": "ID3",
    "one.mp3": "ID3\x04",
    "a song": "\xff\xfb\x90\x00",
    "two.bin": "OggS",
    "cover.jpg": "\xff\xd8\xff\xe0",
    "cover.mp3": "\x89PNG\r\n",
    "desktop.ini": "\xff\xfe[\0.\0S\0h\0",
    "all.m3u": "#EXTM3U\none.mp3\n",
    "ride.fit": "\x0e\x10\0\0\0\0\0\0.FIT",
    "ride": "  <?xml version='1.0'?><gpx>",
    "export.zip": "PK\x03\x04",
    "walk.gpx.gz": "\x1f\x8b\x08",
    "notes.xml": "<notes/>",
    "unknown.mp3": "\x01\x02\x03",
  });
  const names = (await musicOf(files)).map(({ name }) => name);
  expect(names).toEqual(["one.mp3", "a song", "two.bin", "unknown.mp3"]);
});

describe("what is dropped", () => {
  const drop = (...names: readonly string[]) => sortDropped(names.map((name) => new File([], name)));

  test("is a recorded workout, or music, or both", async () => {
    const { recording, music, sentence } = await drop("one.mp3", "ride.FIT", "two.ogg");
    expect(recording?.name).toBe("ride.FIT");
    expect(music.map(({ name }) => name)).toEqual(["one.mp3", "two.ogg"]);
    expect(sentence).toBe("");
  });

  test.each([
    [[], "There is nothing for this page"],
    [[".DS_Store"], "There is nothing for this page"],
    [["a.fit", "b.tcx"], "at a time: a.fit. The other one was left out."],
    [["a.fit", "b.tcx", "one.mp3", "c.gpx"], "at a time: a.fit. The other 2 were left out."],
  ])("is told of where nothing takes it: %j", async (names, sentence) => {
    expect((await drop(...names)).sentence).toContain(sentence);
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
