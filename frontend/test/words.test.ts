import { describe, expect, test } from "vitest";

import { chosenUser } from "../src/user";
import { duration, freshnessSentence, percent, skipSentence, statusSentence } from "../src/words";
import { songPush } from "./helpers";

describe("words", () => {
  test("durations read like a clock", () => {
    expect([-5, 0, 83_000, 3_723_000].map(duration)).toEqual(["0:00", "0:00", "1:23", "1:02:03"]);
  });

  test("distances are percent", () => {
    expect(percent(0.0137)).toBe("1.4\u00a0%");
  });

  test("a wait says why and how long", () => {
    const status = { phase: "waiting", until_ms: 2500, reason: "The connection was closed." } as const;
    expect(statusSentence(status, 0)).toBe("The connection was closed. Trying again in 3 s");
  });

  test("a stale heart rate says since when", () => {
    const stale = { state: "stale", for_ms: 12_900, at_least: false } as const;
    expect(freshnessSentence(stale)).toBe("no heart rate for 12 s");
    expect(freshnessSentence({ ...stale, at_least: true })).toBe("no heart rate for more than 12 s");
  });

  test("a skip says what happened, then falls silent", () => {
    const taken = { phase: "taken", slot: 0, at_ms: 0 } as const;
    const songs = [songPush(0), songPush(1)];
    expect(skipSentence({ ...taken, phase: "asked" }, songs, 1)).toBe("Skipping…");
    expect(skipSentence({ ...taken, phase: "asked" }, songs, 10_000)).toMatch(/^No answer/);
    expect(skipSentence(taken, songs.slice(0, 1), 1)).toMatch(/being chosen/);
    expect(skipSentence(taken, songs, 1)).toBe("Skipped “Title 0”.");
    expect(skipSentence(taken, songs, 60_000)).toBe("");
  });
});

describe("who is watched", () => {
  test("is the one of the address, else the first", () => {
    expect(chosenUser("?user=athlete-002", ["athlete-001"])).toBe("athlete-002");
    expect(chosenUser("", ["athlete-001", "athlete-002"])).toBe("athlete-001");
    expect(chosenUser("?user=%3Cscript%3E", ["athlete-001"])).toBe("athlete-001");
    expect(chosenUser("", [])).toBeNull();
  });
});
