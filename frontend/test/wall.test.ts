import { describe, expect, test } from "vitest";

import { askedToJoin, isOfThisMachine, joinAddress } from "../src/floor/name";
import { PER_PAGE, layoutOf, pagesOf } from "../src/floor/pages";

const crowd = (count: number) => Array.from({ length: count }, (_, number) => number);

describe("a wall in pages", () => {
  test("has everybody once, in their order", () => {
    for (const count of [0, 1, 48, 49, 60, 110, 200]) expect(pagesOf(crowd(count)).flat()).toEqual(crowd(count));
  });

  test("has one page for as many as fit", () => {
    expect(pagesOf([])).toEqual([[]]);
    expect(pagesOf(crowd(PER_PAGE))).toHaveLength(1);
    expect(pagesOf(crowd(PER_PAGE + 1))).toHaveLength(2);
  });

  test("has no page that is too long, and none without people", () => {
    for (let count = 1; count <= 200; count += 1) {
      const lengths = pagesOf(crowd(count)).map(({ length }) => length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(PER_PAGE);
      expect(Math.min(...lengths)).toBeGreaterThan(0);
    }
  });

  test("is as long with one person more, but for a new row", () => {
    const first = (count: number) => pagesOf(crowd(count))[0]?.length;
    expect([first(101), first(105), first(108)]).toEqual([36, 36, 36]);
  });
});

describe("the tiles of a page", () => {
  test("have a place for everybody, and no row without people", () => {
    for (let count = 1; count <= PER_PAGE; count += 1) {
      const { columns, rows } = layoutOf(count);
      expect(columns * rows).toBeGreaterThanOrEqual(count);
      expect(columns * (rows - 1)).toBeLessThan(count);
      expect(rows).toBeLessThanOrEqual(8);
    }
  });

  test("are wide enough for a long name as long as they can be", () => {
    expect([1, 4, 12, 25, 32, 40, 48].map((count) => layoutOf(count).columns)).toEqual([2, 2, 3, 4, 4, 5, 6]);
  });

  test("are as many as none before somebody comes", () => {
    expect(layoutOf(0)).toEqual({ columns: 2, rows: 1 });
  });
});

describe("the way to join a floor", () => {
  test("tells an address that no phone can open", () => {
    for (const page of ["http://localhost:8000/", "http://127.0.0.1:8000/?floor=a", "http://[::1]:8000/"]) {
      expect(isOfThisMachine(joinAddress(page, "a"))).toBe(true);
    }
    expect(isOfThisMachine(joinAddress("https://tempofit.example/", "a"))).toBe(false);
  });

  test("leads to one's own page, which asks", () => {
    const address = joinAddress("https://tempofit.example/?floor=class-a&user=coach", "class-a");
    expect(address).toBe("https://tempofit.example/?join=class-a");
    expect(askedToJoin(new URL(address).search)).toBe("class-a");
  });

  test("is none to what can be no floor", () => {
    expect([askedToJoin(""), askedToJoin("?join="), askedToJoin("?join=Class%20A")]).toEqual([null, null, null]);
  });
});
