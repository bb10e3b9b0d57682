import { describe, expect, test } from "vitest";

import { readPlan, rowsOf } from "../src/workout/plan";

describe("a plan of one's own", () => {
  test("is minutes in a zone, one phase after the other", () => {
    const rows = [{ minutes: "5", zone: 2 }, { minutes: " 2.5 ", zone: 4 }] as const;
    expect(readPlan(rows)).toEqual({
      wish: { mode: "plan", plan: [{ seconds: 300, zone: 2 }, { seconds: 150, zone: 4 }] },
    });
  });

  test("comes back as it was told", () => {
    const plan = [{ seconds: 90, zone: 5 }, { seconds: 10, zone: 1 }];
    expect(readPlan(rowsOf(plan))).toEqual({ wish: { mode: "plan", plan } });
  });

  test("begins with something that can be followed", () => {
    expect(readPlan(rowsOf("steady"))).toHaveProperty("wish");
  });

  test.each(["", "0.1", "241", "-5", "1e2", "five"])("takes no phase of %j minutes", (minutes) => {
    expect(readPlan([{ minutes: "5", zone: 2 }, { minutes, zone: 2 }])).toEqual({
      sentence: `Phase 2 lasts “${minutes}” minutes; it must be a number from 0.2 to 240.`,
    });
  });

  test("needs a phase", () => {
    expect(readPlan([])).toEqual({ sentence: "A plan needs at least one phase. Add one." });
  });
});
