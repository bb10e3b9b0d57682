import { describe, expect, test } from "vitest";

import {
  type Asked,
  FOLLOW_EVERY_MS,
  LAST_AFTER_MS,
  NOT_ASKED,
  asked,
  isToAsk,
  missing,
  noticed,
} from "../src/session/asking";
import type { ServerMessage } from "../src/wire/messages";
import { type State, reduce } from "../src/session/store";
import { NOW, SETTINGS, after, point, songPush, workoutOf } from "./helpers";

const ALL_TOLD = { isHeld: false, isStarting: false, isUntold: () => false };
const SONG = songPush(0, { session: NOW, starts_at_ms: NOW, ends_at_ms: NOW + 200_000 });

/** As it is when this device measured at `ms` after NOW, in a session that began at NOW. */
function measuring(ms: number, ...told: readonly ServerMessage[]): State {
  const before = after([0, workoutOf({ session: NOW })], ...told.map((each) => [0, each] as const));
  return measured(before, ms);
}

function measured(state: State, ms: number): State {
  const moment = { at_ms: NOW + ms, came_ms: NOW + ms, speed: 1 };
  return reduce(state, { kind: "measured", sample: [NOW + ms, 130], moment });
}

describe("missing is", () => {
  test("nothing while a song plays", () => {
    expect(missing(measuring(100_000, SONG), ALL_TOLD, NOW + 100_000)).toBeNull();
  });

  test("the next song, from four seconds before the last one ends", () => {
    expect(missing(measuring(195_999, SONG), ALL_TOLD, NOW + 195_999)).toBeNull();
    expect(missing(measuring(196_000, SONG), ALL_TOLD, NOW + 196_000)).toBe("song");
    const next = songPush(1, { session: NOW, starts_at_ms: NOW + 200_000, ends_at_ms: NOW + 400_000 });
    expect(missing(measuring(196_000, SONG, next), ALL_TOLD, NOW + 196_000)).toBeNull();
  });

  test("the first song, from three seconds after the session began", () => {
    expect(missing(measuring(2_999), ALL_TOLD, NOW + 2_999)).toBeNull();
    expect(missing(measuring(3_000), ALL_TOLD, NOW + 3_000)).toBe("song");
    const sessionless = measured(after([0, workoutOf({ session: null })]), 9_000);
    expect(missing(sessionless, ALL_TOLD, NOW + 9_000)).toBeNull();
  });

  test("no song for who measures no more, or follows another device", () => {
    const state = measuring(196_000, SONG);
    expect(missing(state, ALL_TOLD, NOW + 196_000 + state.stale_after_ms)).toBeNull();
    const latest = { ...point(0), at_ms: NOW + 197_000 };
    const elsewhere = measuring(196_000, SONG);
    const told = workoutOf({ session: NOW, songs: [SONG], latest });
    expect(
      missing(reduce(elsewhere, { kind: "message", message: told, now_ms: NOW }), ALL_TOLD, NOW + 197_000),
    ).toBeNull();
  });

  test("what arrived, and whether the session started", () => {
    const state = measuring(100_000, SONG);
    expect(missing(state, { ...ALL_TOLD, isHeld: true }, NOW)).toBe("arrivals");
    expect(missing(state, { ...ALL_TOLD, isUntold: () => true }, NOW)).toBe("arrivals");
    expect(missing(state, { ...ALL_TOLD, isStarting: true }, NOW)).toBe("start");
  });

  test.each([
    { kind: "skip", slot: 0 },
    { kind: "change", settings: SETTINGS },
    { kind: "rate", song_id: "a", opinion: { liked: true, tempo: null } },
  ] as const)("the answer to a $kind, until it is waited for no more", (wish) => {
    const asking = { id: "1", sent: true, now_ms: NOW + 100_000 };
    const state = reduce(measuring(100_000, SONG), { ...wish, ...asking });
    expect(missing(state, ALL_TOLD, NOW + 101_000)).toBe("wish");
    expect(missing(state, ALL_TOLD, NOW + 111_000)).toBeNull();
  });
});

/** At which seconds it is asked, of an hour in which `what(second)` is missing. */
function askedAt(what: (second: number) => "song" | "wish" | null, isFollowing = false): number[] {
  let before: Asked = asked(NOT_ASKED, NOW);
  const seconds: number[] = [];
  for (let second = 1; second <= 300; second += 1) {
    const now_ms = NOW + second * 1000;
    before = noticed(before, what(second), now_ms);
    if (!isToAsk(before, isFollowing, now_ms)) continue;
    before = asked(before, now_ms);
    seconds.push(second);
  }
  return seconds;
}

describe("it is asked", () => {
  test("never while nothing is missing", () => {
    expect(askedAt(() => null)).toEqual([]);
  });

  test("after 2, 4, 8, 16 and then every 30 s while the same is missing", () => {
    expect(askedAt((second) => (second > 100 ? "song" : null)).slice(0, 7)).toEqual([
      103, 107, 115, 131, 161, 191, 221,
    ]);
    expect(LAST_AFTER_MS).toBe(30_000);
  });

  test("soon again when something else is missing", () => {
    expect(askedAt((second) => (second < 70 ? "song" : "wish")).slice(0, 7)).toEqual([3, 7, 15, 31, 61, 72, 76]);
  });

  test("not for what was missing for a moment", () => {
    expect(askedAt((second) => (second % 4 < 2 ? "wish" : null))).toEqual([]);
  });

  test("as often as one needs to see by who follows another device", () => {
    expect(askedAt(() => null, true)).toHaveLength(100);
    const since = asked(NOT_ASKED, NOW);
    expect(isToAsk(since, true, NOW + FOLLOW_EVERY_MS - 1)).toBe(false);
    expect(isToAsk(since, true, NOW + FOLLOW_EVERY_MS)).toBe(true);
  });
});
