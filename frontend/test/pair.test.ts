import { beforeEach, describe, expect, test, vi } from "vitest";

import { Best, FRESH_MS } from "../src/heart/best";
import { Pair, type Together, NOTHING, goesWith } from "../src/heart/pair";
import type { SourceListener, Way } from "../src/heart/source";

let best: Best;
let pair: Pair;
let shown: Together;
let heard: number[];
let begun: Partial<Record<Way, SourceListener>>;
let stopped: Way[];

beforeEach(() => {
  vi.useFakeTimers();
  best = new Best();
  shown = NOTHING;
  heard = [];
  begun = {};
  stopped = [];
  pair = new Pair(best, {
    onTogether: (together) => (shown = together),
    onHeartRate: (heart_rate) => heard.push(heart_rate),
  });
});

function use(way: Way): void {
  pair.use(way, (listener) => {
    begun[way] = listener;
    listener.onStatus({ phase: "on", way, sentence: `The ${way} is on.` });
    return { stop: () => stopped.push(way) };
  });
}

function beats(way: Way, heart_rate: number): void {
  begun[way]?.onHeartRate(heart_rate);
}

describe("a strap and a service", () => {
  test.each([["strap", "service"], ["service", "strap"]] as const)("stand beside each other: %s, then %s", (one, other) => {
    use(one);
    use(other);
    expect(stopped).toEqual([]);
    expect(shown.ways).toEqual(["strap", "service"]);
    expect(shown.status).toMatchObject({ phase: "on", way: "strap" });
  });

  test("are told as one, and the better one that is fresh counts", () => {
    use("service");
    beats("service", 100);
    expect(shown.status.sentence).toBe("The service is on.");
    use("strap");
    beats("strap", 120);
    beats("service", 101);
    expect(shown.status.sentence).toBe("The strap is on. The service is on. The heart rate is that of the strap.");
    vi.advanceTimersByTime(FRESH_MS);
    beats("service", 102);
    expect(shown.status.sentence).toMatch("The heart rate is that of the service.");
    beats("strap", 121);
    expect(shown.status.sentence).toMatch("The heart rate is that of the strap.");
    expect(heard).toEqual([100, 120, 102, 121]);
  });

  test("go on alone where the other is stopped, at once", () => {
    use("strap");
    use("service");
    beats("strap", 120);
    pair.stop("strap");
    beats("service", 100);
    expect(heard).toEqual([120, 100]);
    expect(stopped).toEqual(["strap"]);
    expect(shown).toEqual({ status: { phase: "on", way: "service", sentence: "The service is on." }, ways: ["service"] });
  });

  test("go on alone where the other fails, and why is said until another is begun", () => {
    use("service");
    use("strap");
    beats("strap", 120);
    begun.strap?.onStatus({ phase: "failed", sentence: "No strap was chosen." });
    beats("service", 100);
    expect(heard).toEqual([120, 100]);
    expect(shown.ways).toEqual(["service"]);
    expect(shown.status).toMatchObject({ way: "service", sentence: "The service is on. No strap was chosen." });
    use("strap");
    expect(shown.status.sentence).not.toMatch("No strap");
  });

  test("may stand beside a machine, which may count", () => {
    use("strap");
    use("service");
    best.hears("machine", Date.now());
    beats("service", 100);
    expect(heard).toEqual([]);
    expect(shown.status.sentence).toMatch("The heart rate is that of the machine.");
    beats("strap", 120);
    expect(heard).toEqual([120]);
  });
});

test("what is recorded or made up goes with nothing, and takes the place of all", () => {
  expect(goesWith("strap", "strap")).toBe(false);
  for (const way of ["file", "made-up"] as const) {
    expect(goesWith(way, "strap") || goesWith("service", way)).toBe(false);
    pair.stop();
    stopped = [];
    use("strap");
    use("service");
    use(way);
    expect(stopped).toEqual(["strap", "service"]);
    expect(shown.ways).toEqual([way]);
    begun.strap?.onHeartRate(90);
    expect(heard).not.toContain(90);
    use("strap");
    expect(stopped.at(-1)).toBe(way);
  }
});

test("when all is stopped nothing is said, heard or counted any more", () => {
  use("strap");
  use("service");
  beats("strap", 120);
  pair.stop();
  beats("strap", 121);
  beats("service", 100);
  expect(heard).toEqual([120]);
  expect(shown).toEqual(NOTHING);
  expect(best.of(Date.now())).toBeNull();
});

test("why what was begun failed stays said", () => {
  use("strap");
  begun.strap?.onStatus({ phase: "failed", sentence: "No strap was chosen." });
  expect(shown).toEqual({ status: { phase: "failed", sentence: "No strap was chosen." }, ways: [] });
});
