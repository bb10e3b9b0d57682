import { expect, test } from "vitest";

import { FRAME_BYTES, batches } from "../src/ownSongs/batches";
import { type OwnSong, ownSongs } from "../src/wire/messages";
import { named } from "../src/wire/named";

function ownSong(number: number, title = `Title ${number}`): OwnSong {
  return { id: `f-${number}`, title, artist: "Me", tempo: 128, duration_seconds: 200, genre: null };
}

const MANY = Array.from({ length: 120 }, (_, number) => ownSong(number));

test("at most 50 songs go in one message, in their order, each once", () => {
  const split = batches(MANY);
  expect(split.map(({ songs }) => songs.length)).toEqual([50, 50, 20]);
  expect(split.flatMap(({ songs }) => songs)).toEqual(MANY);
});

test.each([164, 173, 188, 199, 200])(
  "no message is larger than a frame, with titles of %i notes and a long name",
  (length) => {
    const long = MANY.map(({ id }, number) => ({ ...ownSong(number, "🎵".repeat(length)), id }));
    const split = batches(long);
    expect(split.flatMap(({ songs }) => songs)).toEqual(long);
    for (const { songs, remove } of split) {
      const text = JSON.stringify(named(ownSongs(songs, remove), "n".repeat(64)));
      expect(new TextEncoder().encode(text).length).toBeLessThan(FRAME_BYTES);
    }
  },
);

test("what is removed is split in the same way, after what is added", () => {
  const split = batches(MANY.slice(0, 1), MANY.map(({ id }) => id));
  expect(split.map(({ songs, remove }) => [songs.length, remove.length])).toEqual([
    [1, 0],
    [0, 50],
    [0, 50],
    [0, 20],
  ]);
});

test("nothing to say is no message", () => {
  expect(batches([])).toEqual([]);
});
