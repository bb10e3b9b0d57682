import { describe, expect, test } from "vitest";

import { chosenFloor, floorAddress, floorNameSentence, isFloor } from "../src/floor/name";

describe("the name of a floor", () => {
  test.each(["demo", "north-gym", "7", "a".repeat(64), "a-"])("may be %s", (name) => {
    expect(isFloor(name)).toBe(true);
    expect(floorNameSentence(name)).toBe("");
  });

  test.each(["North", "-gym", "north gym", "a".repeat(65), "gym\n", "übung", "a_b"])(
    "may not be %j, and a sentence says why",
    (name) => {
      expect(isFloor(name)).toBe(false);
      expect(floorNameSentence(name)).toMatch(/^“.*” cannot be the name of a floor\. Use /s);
    },
  );

  test("is asked for where there is none", () => {
    expect(floorNameSentence("")).toBe("Write the name of a floor, such as north-gym.");
  });
});

describe("the address", () => {
  test("names the floor, also one that cannot be, and says where none is meant", () => {
    expect(chosenFloor("?user=anna&floor=demo")).toBe("demo");
    expect(chosenFloor("?floor=North Gym")).toBe("North Gym");
    expect(chosenFloor("?floor=")).toBe("");
    expect(chosenFloor("?user=anna")).toBeNull();
  });

  test("keeps the athlete on the way to a floor and back", () => {
    expect(floorAddress("?user=anna", "demo")).toBe("?user=anna&floor=demo");
    expect(floorAddress("?user=anna&floor=demo", "other")).toBe("?user=anna&floor=other");
    expect(floorAddress("?user=anna&floor=demo", null)).toBe("?user=anna");
  });
});
