import { describe, expect, test } from "vitest";

import { weekOf, weeksLater } from "../src/workout/days";
import { WEEKS, mostAtGoal, mostSkipped, pacesOf, restsOn, songUses, streakOf, weeksOf } from "../src/workout/weeks";
import { pastSongs, pastWorkout, play } from "./pasts";

/** A Wednesday. */
const NOW = new Date(2026, 10, 25, 18, 0).getTime();
const ago = (weeks: number) => weeksLater(NOW, -weeks);
const of = (...weeks: readonly number[]) => weeks.map((each) => pastWorkout({ session: ago(each) }));

test("a week begins on its Monday, by the clock of the place", () => {
  const monday = new Date(2026, 10, 23).getTime();
  expect(weekOf(NOW)).toBe(monday);
  expect(weekOf(monday)).toBe(monday);
  expect(weekOf(monday - 1)).toBe(weeksLater(monday, -1));
});

test("weeks have the seconds of their workouts in each zone, and empty ones stand between them", () => {
  const weeks = weeksOf(of(0, 0, 2), NOW);
  expect(weeks.map(({ workouts }) => workouts)).toEqual([1, 0, 2]);
  expect(weeks.map(({ zone_seconds }) => zone_seconds[2])).toEqual([300, 0, 600]);
});

test("no more weeks are shown than are looked at", () => {
  const weeks = weeksOf(of(0, 40), NOW);
  expect(weeks).toHaveLength(WEEKS);
  expect(weeks.reduce((sum, { workouts }) => sum + workouts, 0)).toBe(1);
});

test("without a workout there is this week, and nothing in it", () => {
  expect(weeksOf([], NOW).map(({ workouts }) => workouts)).toEqual([0]);
});

test.each([
  [[], 0],
  [[0], 1],
  [[0, 1, 1, 2], 3],
  [[1, 2], 2], // this week is not over
  [[2, 3], 0],
  [[0, 2, 3], 1],
])("workouts %j weeks ago are a row of %i weeks", (weeks, row) => {
  expect(streakOf(of(...weeks), NOW)).toBe(row);
});

describe("what the music did", () => {
  const one = play(0, { fit: 1 });
  const other = play(1, { fit: 0.25, skipped: true });
  const pasts = [
    pastSongs([one, other], { session: ago(1) }),
    pastSongs([one, play(2, { fit: null, skipped: true })], { session: ago(0) }),
  ];
  const uses = songUses(pasts);

  test("is told of each song over all workouts", () => {
    expect(uses.map(({ song, times, skipped, goal_seconds }) => [song.title, times, skipped, goal_seconds])).toEqual([
      ["Title 0", 2, 0, 400],
      ["Title 1", 1, 1, 50],
      ["Title 2", 1, 1, 0],
    ]);
  });

  test("names the songs that were longest at the goal, and leaves out what is chance", () => {
    expect(mostAtGoal(uses).map(({ song }) => song.title)).toEqual(["Title 0"]);
  });

  test("names the songs that were skipped", () => {
    expect(mostSkipped(uses).map(({ song }) => song.title)).toEqual(["Title 1", "Title 2"]);
  });

  test("sets tempo against heart rate, a week at a time, by how long each song played", () => {
    const long = play(0, { tempo: 150, average: 150, zone_seconds: [0, 0, 300, 0, 0] });
    const short = play(1, { tempo: 110, average: 130, zone_seconds: [0, 0, 100, 0, 0], line: [] });
    const silent = play(2, { tempo: 60, average: null });
    const session = ago(0);
    expect(pacesOf([pastSongs([long, short, silent], { session }), pastSongs([], { session: ago(3) })])).toEqual([
      { begins_ms: weekOf(session), heart_rate: 145, tempo: 140 },
    ]);
  });
});

test("figures say what they rest on", () => {
  const day = new Date(2026, 4, 3, 9).getTime();
  expect(restsOn([NOW, day])).toBe("from 2 workouts since 3 May");
  expect(restsOn([day])).toBe("from 1 workout, of 3 May");
  expect(restsOn([])).toBe("from no workout");
});
