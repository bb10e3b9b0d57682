import { describe, expect, test } from "vitest";

import { type Choice, type Need, choicesOf, spareSong } from "../src/music/spare";
import { songPush } from "./helpers";

const LAST = songPush(3);

function choice(id: string, tempo: number): Choice {
  return { id, title: `The ${id}`, artist: "Someone", tempo, duration_ms: 180_000 };
}

const CHOICES = [choice("slow", 100), choice("medium", 120), choice("fast", 160)];

function need(changes: Partial<Need> = {}): Need {
  const at_ms = LAST.ends_at_ms + 500;
  return { playing: LAST, over: true, connected: false, at_ms, choices: CHOICES, target: 125, ...changes };
}

describe("a spare song", () => {
  test("is the one nearest to the target now", () => {
    expect(spareSong(null, need())?.song.id).toBe("medium");
    expect(spareSong(null, need({ target: 155 }))?.song.id).toBe("fast");
  });

  test("lasts as long as it is, from the moment it is needed", () => {
    const spare = spareSong(null, need());
    expect(spare?.starts_at_ms).toBe(LAST.ends_at_ms + 500);
    expect(spare?.ends_at_ms).toBe(LAST.ends_at_ms + 180_500);
  });

  test.each([
    ["while a song plays", { over: false }],
    ["while the server can be asked", { connected: true }],
    ["before the first song", { playing: null }],
    ["where the page knows no song", { choices: [] }],
  ])("does not play %s", (_, changes) => {
    expect(spareSong(null, need(changes))).toBeNull();
  });

  test("plays on, whatever the target does, and after the connection is back", () => {
    const spare = spareSong(null, need());
    const later = { at_ms: LAST.ends_at_ms + 60_000, target: 170 };
    expect(spareSong(spare, need(later))).toBe(spare);
    expect(spareSong(spare, need({ ...later, connected: true }))).toBe(spare);
  });

  test("makes way for the server's next song", () => {
    const next = songPush(4);
    expect(spareSong(spareSong(null, need()), need({ playing: next, over: false }))).toBeNull();
  });

  test("is followed by another one, in a slot of its own that the server does not have", () => {
    const first = spareSong(null, need());
    const second = spareSong(first, need({ at_ms: first?.ends_at_ms ?? NaN }));
    expect([first?.song.id, second?.song.id]).toEqual(["medium", "slow"]);
    expect([first?.slot, second?.slot]).toEqual([-1, -2]);
  });

  test("is not what just played, unless that is all there is", () => {
    const choices = [choice(LAST.song.id, 125), choice("fast", 160)];
    expect(spareSong(null, need({ choices }))?.song.id).toBe("fast");
    expect(spareSong(null, need({ choices: choices.slice(0, 1) }))?.song.id).toBe(LAST.song.id);
  });

  test("is always the same one of two as near", () => {
    const choices = [choice("b", 130), choice("a", 120)];
    expect(spareSong(null, need({ choices }))?.song.id).toBe("a");
    expect(spareSong(null, need({ choices: [...choices].reverse() }))?.song.id).toBe("a");
  });
});

test("a session's songs can be chosen from, each once and at the tempo it is felt at", () => {
  const again = { ...songPush(1), slot: 5 };
  const doubled = songPush(2, { why: { ...songPush(2).why, tempo: 80, octave: 2 } });
  const choices = choicesOf([songPush(1), doubled, again], new Map());
  expect(choices.map(({ id, tempo, duration_ms }) => [id, tempo, duration_ms])).toEqual([
    ["song-1", 121, 200_000],
    ["song-2", 160, 200_000],
  ]);
});

test("a session's songs that the athlete dislikes are no choice", () => {
  const before = songPush(2, { opinion: { liked: false, tempo: null } });
  const now = new Map([["song-1", { liked: false, tempo: null }]]);
  const choices = choicesOf([songPush(0), songPush(1), before], now);
  expect(choices.map(({ id }) => id)).toEqual(["song-0"]);
});
