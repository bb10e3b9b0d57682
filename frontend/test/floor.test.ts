import { board } from "../src/floor/board";
import { sparkline } from "../src/floor/sparkline";
import { describe, expect, test } from "vitest";

import { LEAVES_AFTER } from "../src/floor/attention";
import {
  EMPTY_FLOOR,
  type FloorState,
  createFloorStore,
  headSentence,
  reduceFloor,
} from "../src/floor/floor";
import type { FloorPerson, FloorSong } from "../src/wire/messages";
import { NOW } from "./helpers";

const POLL_MS = 3_000;
/** 60 to 180: a reserve in which 174 is 95 %. */
const RANGE = { resting_heart_rate: 60, max_heart_rate: 180 };

const song = (changes: Partial<FloorSong> = {}): FloorSong => ({
  title: "Northern Lights",
  artist: "Aurora Lane",
  tempo: 130,
  target_tempo: 130,
  distance: 0.01,
  ends_at_ms: NOW + 600_000,
  ...changes,
});

const at = (at_ms: number, heart_rate = 130) => ({ at_ms, heart_rate, average: heart_rate });

/** Somebody whose heart rate is of `ms` after NOW. */
const person = (user: string, ms: number, changes: Partial<FloorPerson> = {}): FloorPerson => ({
  user,
  alias: null,
  session: NOW - 300_000,
  latest: at(NOW + ms),
  song: song(),
  ...RANGE,
  ...changes,
});

const see = (
  state: FloorState,
  ms: number,
  people: readonly FloorPerson[],
  count = people.length,
): FloorState =>
  reduceFloor(state, {
    kind: "view",
    view: { type: "floor", floor: "demo", people, count, stale_after_ms: 10_000 },
    now_ms: NOW + ms,
  });

/** Polls of people who are made for each time, `[ms after NOW]` every three seconds. */
const polls = (times: number, make: (ms: number) => readonly FloorPerson[]): FloorState => {
  const moments = Array.from({ length: times }, (_, index) => index * POLL_MS);
  return moments.reduce((state, ms) => see(state, ms, make(ms)), EMPTY_FLOOR);
};

const order = ({ people }: FloorState) => people.map(({ told }) => told.user);
const bands = ({ people }: FloorState) => people.map(({ band }) => band);
const reasonOf = ({ people }: FloorState, user: string) =>
  people.find(({ told }) => told.user === user)?.reason;

describe("who needs attention is marked", () => {
  const state = see(EMPTY_FLOOR, 0, [
    person("ann", 0),
    person("gone", -11 * 60_000),
    person("songless", 0, { song: null }),
    person("off", 0, { song: song({ distance: 0.16 }) }),
    person("silent", -23_400),
    person("hard", 0, { latest: at(NOW, 177) }),
  ]);

  test("in the place that their name gives them", () => {
    expect(order(state)).toEqual(["ann", "gone", "hard", "off", "silent", "songless"]);
    expect(bands(state)).toEqual(["fine", "gone", "hard", "off", "silent", "songless"]);
  });

  test("with the reason in words", () => {
    expect(reasonOf(state, "silent")).toBe("No heart rate for 23 s");
    expect(reasonOf(state, "hard")).toBe("At 98\u00a0% of the heart-rate reserve");
    expect(reasonOf(state, "off")).toBe("Song 16\u00a0% off the effort");
    expect(reasonOf(state, "songless")).toBe("No song plays");
    expect(reasonOf(state, "ann")).toBe("");
    expect(reasonOf(state, "gone")).toBe("Gone for 11 min");
  });

  test("by the names that are shown, and numbers in them count as such", () => {
    const people = [
      person("athlete-10", 0),
      person("athlete-9", 0),
      person("x", 0, { alias: "Åsa" }),
      person("y", 0, { alias: "Kim" }),
      person("z", 0, { alias: "Kim" }),
    ];
    const expected = ["x", "athlete-9", "athlete-10", "y", "z"];
    expect(order(see(EMPTY_FLOOR, 0, people))).toEqual(expected);
    expect(order(see(EMPTY_FLOOR, 0, people.toReversed()))).toEqual(expected);
  });

  test("95 % of the reserve is not above 95 %, and 10 % from the target not off", () => {
    const hard = person("a", 0, { latest: at(NOW, 174) });
    const off = person("b", 0, { song: song({ distance: 0.1 }) });
    expect(bands(see(EMPTY_FLOOR, 0, [hard, off]))).toEqual(["fine", "fine"]);
  });
});

describe("a heart rate that stops", () => {
  const stopped = (polled: number) => polls(polled, () => [person("ann", 0)]);

  test("is silence after ten seconds as this page saw them", () => {
    expect(bands(stopped(4))).toEqual(["fine"]);
    expect(bands(stopped(5))).toEqual(["silent"]);
    expect(reasonOf(stopped(6), "ann")).toBe("No heart rate for 15 s");
    expect(stopped(6).people[0]?.stale).toBe(true);
  });

  test("is somebody gone after ten minutes, who is back at once with a heart rate", () => {
    const gone = stopped(201);
    expect(bands(gone)).toEqual(["gone"]);
    expect(bands(see(gone, 606_000, [person("ann", 606_000)]))).toEqual(["fine"]);
  });

  test("that never came is said to be so", () => {
    const state = see(EMPTY_FLOOR, 0, [person("ann", 0, { latest: null })]);
    expect(reasonOf(state, "ann")).toBe("No heart rate yet");
  });

  test("is live where the times of a replay are not those of the wall", () => {
    const replayed = (offset: number) =>
      polls(5, (ms) => [person("ann", offset + ms * 10, { song: song({ ends_at_ms: NOW * 2 }) })]);
    expect(replayed(9_000_000).people[0]?.stale).toBe(false);
    expect(replayed(-9_000_000).people[0]?.stale).toBe(false);
  });

  test("is old at first sight where it says so, and again after an absence", () => {
    expect(reasonOf(see(EMPTY_FLOOR, 0, [person("ann", -40_000)]), "ann")).toBe(
      "No heart rate for 40 s",
    );
    const left = see(EMPTY_FLOOR, 0, [person("ann", 0)]);
    const back = reduceFloor(left, { kind: "status", status: { phase: "open" } });
    const after = see(back, 90_000, [person("ann", 30_000)]);
    expect(reasonOf(after, "ann")).toBe("No heart rate for 60 s");
  });
});

describe("the marks are calm, and nobody changes places", () => {
  /** The heart rate wavers around the limit from poll to poll. */
  const wavering = (times: number) =>
    polls(times, (ms) => [
      person("ann", ms),
      person("zoe", ms, { latest: at(NOW + ms, ms % (2 * POLL_MS) === 0 ? 176 : 172) }),
    ]);

  test("a mark stays where a value wavers around its limit", () => {
    for (const times of [1, 2, 3, 4, 5, 6]) {
      expect(order(wavering(times))).toEqual(["ann", "zoe"]);
      expect(bands(wavering(times))).toEqual(["fine", "hard"]);
    }
  });

  test("who is better for long enough loses the mark", () => {
    const hard = see(EMPTY_FLOOR, 0, [person("ann", 0), person("zoe", 0, { latest: at(NOW, 177) })]);
    let state = hard;
    for (let poll = 1; poll < LEAVES_AFTER; poll += 1) {
      state = see(state, poll * POLL_MS, [person("ann", poll), person("zoe", poll)]);
      expect(bands(state)).toEqual(["fine", "hard"]);
    }
    state = see(state, LEAVES_AFTER * POLL_MS, [person("ann", 9), person("zoe", 9)]);
    expect(bands(state)).toEqual(["fine", "fine"]);
    expect(order(state)).toEqual(["ann", "zoe"]);
  });

  test("who gets worse is marked at once, and the words are those of now", () => {
    const silent = see(EMPTY_FLOOR, 0, [person("ann", 0), person("zoe", -20_000)]);
    expect(bands(silent)).toEqual(["fine", "silent"]);
    const back = see(silent, POLL_MS, [person("ann", POLL_MS), person("zoe", POLL_MS)]);
    expect(bands(back)).toEqual(["fine", "silent"]);
    expect(reasonOf(back, "zoe")).toBe("The heart rate is back");
    expect(back.people[1]?.stale).toBe(false);
  });

  test("a song that has just ended, or a session that has just begun, is no want of a song", () => {
    const ended = person("ann", 0, { song: song({ ends_at_ms: NOW - 15_000 }) });
    const begun = person("bob", 0, { song: null, session: NOW - 15_000 });
    const over = person("cat", 0, { song: song({ ends_at_ms: NOW - 25_000 }) });
    expect(bands(see(EMPTY_FLOOR, 0, [ended, begun, over]))).toEqual(["fine", "fine", "songless"]);
  });
});

describe("the head of the page", () => {
  test.each([
    [1, 0, 1, "1 person, nobody needs attention"],
    [25, 2, 25, "25 people, 2 need attention"],
    [3, 1, 3, "3 people, 1 needs attention"],
    [200, 0, 312, "The newest 200 of 312 people, nobody needs attention"],
  ])("%i people, %i silent, %i in all", (people, silent, count, sentence) => {
    const shown = Array.from({ length: people }, (_, n) =>
      person(`athlete-${n}`, n < silent ? -30_000 : 0),
    );
    expect(headSentence(see(EMPTY_FLOOR, 0, shown, count))).toBe(sentence);
  });

  test("does not count who is gone among those who need attention", () => {
    const state = see(EMPTY_FLOOR, 0, [person("ann", -700_000)]);
    expect(headSentence(state)).toBe("1 person, nobody needs attention");
  });
});

test("a refusal empties the floor, and a problem leaves it", () => {
  const store = createFloorStore();
  store.dispatch({
    kind: "view",
    view: { type: "floor", floor: "demo", people: [person("ann", 0)], count: 1, stale_after_ms: 10_000 },
    now_ms: NOW,
  });
  store.dispatch({ kind: "problem", sentence: "Odd.", now_ms: NOW });
  expect(store.get()).toMatchObject({ count: 1, problem: { sentence: "Odd.", at_ms: NOW } });
  store.dispatch({ kind: "refusal", sentence: "For coaches only." });
  expect(store.get()).toMatchObject({ people: [], count: 0, refusal: "For coaches only." });
});

describe("the line of a person", () => {
  test("is of the last minute and a half, and breaks with nobody's place", () => {
    const state = polls(60, (ms) => [person("ann", ms)]);
    const recent = state.people[0]?.recent ?? [];
    expect((recent.at(-1)?.[0] ?? 0) - (recent[0]?.[0] ?? 0)).toBe(90_000);
  });

  test("goes from the left, where it is that long, to the right end, and up where the heart does", () => {
    expect(sparkline([[0, 100], [45_000, 150], [90_000, 140]])).toBe("M0.0 22.0L45.0 2.0L90.0 6.0");
    expect(sparkline([[80_000, 100], [90_000, 100]])).toBe("M80.0 12.0L90.0 12.0");
    expect(sparkline([[0, 100]])).toBe("");
  });
});

describe("the board", () => {
  const told = (user: string, effort_points: number | null, alias: string | null = null) =>
    person(user, 0, { effort_points, alias });

  test("names who chose to tell their points, most first, and nobody else", () => {
    const { people } = see(EMPTY_FLOOR, 0, [told("ann", 12.4), told("bob", null), told("cat", 80, "Kim"), person("dan", 0)]);
    expect(board(people)).toEqual([
      { user: "cat", name: "Kim", points: 80, place: 1, share: 1 },
      { user: "ann", name: "ann", points: 12, place: 2, share: 0.15 },
    ]);
  });

  test("gives as many points the same place, by name", () => {
    const { people } = see(EMPTY_FLOOR, 0, [told("cat", 20), told("bob", 19.8), told("ann", 0), told("dan", 20.4)]);
    expect(board(people).map(({ user, place }) => [user, place])).toEqual([["bob", 1], ["cat", 1], ["dan", 1], ["ann", 4]]);
  });

  test("is empty where nobody told", () => {
    expect(board(see(EMPTY_FLOOR, 0, [person("ann", 0)]).people)).toEqual([]);
    expect(board(see(EMPTY_FLOOR, 0, [told("ann", 0)]).people)[0]?.share).toBe(0);
  });
});
