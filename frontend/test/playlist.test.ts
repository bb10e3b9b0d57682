import { describe, expect, test } from "vitest";

import { endOf, feltTempo, position, wasSkipped } from "../src/workout/playlist";
import { SESSION, songPush } from "./helpers";

const NONE = { phase: "none" } as const;
const songs = [songPush(0), songPush(1)];

describe("the playlist", () => {
  test("is empty before a song or a clock", () => {
    const nothing = { playing: null, next: null, over: false };
    expect(position([], SESSION, NONE)).toEqual(nothing);
    expect(position(songs, null, NONE)).toEqual(nothing);
  });

  test("plays the song of this time and knows the next", () => {
    const now = position(songs, SESSION + 195_000, NONE);
    expect([now.playing?.slot, now.next?.slot]).toEqual([0, 1]);
  });

  test("goes on when the next one starts", () => {
    const now = position(songs, SESSION + 200_000, NONE);
    expect([now.playing?.slot, now.next]).toEqual([1, null]);
  });

  test("says when the last song is over", () => {
    expect(position(songs, SESSION + 399_999, NONE).over).toBe(false);
    expect(position(songs, SESSION + 400_000, NONE).over).toBe(true);
  });

  test("goes on at once after a skip, where the next song is known", () => {
    const taken = { phase: "taken", slot: 0, at_ms: 0 } as const;
    expect(position(songs, SESSION + 100_000, taken).playing?.slot).toBe(1);
    expect(position(songs.slice(0, 1), SESSION + 100_000, taken).playing?.slot).toBe(0);
  });

  test("ends a skipped song where the next one began", () => {
    const early = [songPush(0), songPush(1, { starts_at_ms: SESSION + 60_000 })];
    expect(endOf(early, 0)).toBe(SESSION + 60_000);
    expect([wasSkipped(early, 0), wasSkipped(early, 1), wasSkipped(songs, 0)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("counts a song at the tempo at which it is felt", () => {
    const { why } = songPush(0);
    expect(feltTempo(songPush(0, { why: { ...why, tempo: 71, octave: 2 } }))).toBe(142);
  });
});
