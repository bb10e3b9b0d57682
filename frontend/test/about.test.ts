import { describe, expect, test } from "vitest";

import { readAbout, readGenres } from "../src/workout/about";

const TEXT = { age: "40", resting: "55.5", maximum: "" };

describe("about me", () => {
  test("an empty maximum is from the age", () => {
    expect(readAbout(TEXT)).toEqual({
      wish: { age: 40, resting_heart_rate: 55.5, max_heart_rate: null },
    });
    expect(readAbout({ ...TEXT, maximum: " 188 " })).toMatchObject({ wish: { max_heart_rate: 188 } });
  });

  test.each([
    [{ age: "4" }, "The age is “4”; it must be a whole number of years from 5 to 110."],
    [{ age: "30.5" }, "The age is “30.5”; it must be a whole number of years from 5 to 110."],
    [{ resting: "29" }, "The resting heart rate is “29”; it must be a number from 30 to 230."],
    [{ resting: "" }, "The resting heart rate is “”; it must be a number from 30 to 230."],
    [{ maximum: "1e2" }, "The maximum heart rate is “1e2”; it must be a number from 30 to 230."],
    [{ maximum: "50" }, "The maximum heart rate is 50, which is not above the resting one, 55.5."],
  ])("%j is not used, and told why", (changed, sentence) => {
    expect(readAbout({ ...TEXT, ...changed })).toEqual({ sentence });
  });
});

describe("genres", () => {
  test("are separated by commas, each once", () => {
    expect(readGenres(" rock, drum and bass,,rock ")).toEqual({ wish: { genres: ["rock", "drum and bass"] } });
    expect(readGenres("")).toEqual({ wish: { genres: [] } });
  });

  test("are at most 20, of 100 letters each", () => {
    const many = Array.from({ length: 21 }, (_, n) => `genre ${n}`).join();
    expect(readGenres(many)).toEqual({ sentence: "These are 21 genres; at most 20 are taken." });
    expect(readGenres("x".repeat(100))).toHaveProperty("wish");
    expect(readGenres("x".repeat(101))).toHaveProperty("sentence");
  });
});
