import { describe, expect, test } from "vitest";

import { namedUser } from "../src/wire/user";
import {
  duration,
  freshnessSentence,
  opinionSentence,
  percent,
  skipSentence,
  statusSentence,
  whySentence,
} from "../src/workout/words";
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
    expect(statusSentence({ phase: "replaced" }, 0)).toBe("Not connected");
  });

  test("a stale heart rate says since when", () => {
    const stale = { state: "stale", for_ms: 12_900, at_least: false } as const;
    expect(freshnessSentence(stale)).toBe("no heart rate for 12 s");
    expect(freshnessSentence({ ...stale, at_least: true })).toBe("no heart rate for more than 12 s");
  });

  test("a skip says what happened, then falls silent", () => {
    const taken = { phase: "taken", slot: 0, at_ms: 0 } as const;
    const songs = [songPush(0), songPush(1)];
    expect(skipSentence({ ...taken, phase: "asked", id: "1" }, songs, 1)).toBe("Skipping…");
    expect(skipSentence({ ...taken, phase: "asked", id: "1" }, songs, 10_000)).toMatch(/^No answer/);
    expect(skipSentence(taken, songs.slice(0, 1), 1)).toMatch(/being chosen/);
    expect(skipSentence(taken, songs, 1)).toBe("Skipped “Title 0”.");
    expect(skipSentence(taken, songs, 60_000)).toBe("");
  });
});

describe("why a song", () => {
  const why = {
    ...songPush(0).why,
    average: 142.2,
    target_tempo: 142.2,
    tempo: 141.3,
    decided_by: "At the target tempo, heard in the last two weeks, drawn from the best 10.",
    lock: null,
  };

  test("reads as one sentence from the heart to the song", () => {
    expect(whySentence(songPush(0, { why }))).toBe(
      "The heart rate averaged 142; the target is 142, this song plays 141: at the target tempo, " +
        "heard in the last two weeks, drawn from the best 10.",
    );
  });

  test("names the mode where the target is not the heart rate", () => {
    const zone = { ...why, mode: "zone", target_tempo: 131 };
    expect(whySentence(songPush(0, { why: zone }))).toContain("; the target in mode zone is 131, ");
  });

  test("says double and half time in words", () => {
    const double = songPush(0, { why: { ...why, tempo: 71, octave: 2 } });
    const half = songPush(0, { why: { ...why, tempo: 180, octave: 0.5 } });
    expect(whySentence(double)).toContain("this song plays 71, counted double as 142: at");
    expect(whySentence(half)).toContain("this song plays 180, counted half as 90: at");
  });
});

describe("the tempo", () => {
  test("says by whose word it is what it is", () => {
    expect(opinionSentence(songPush(5), { liked: true, tempo: null })).toBe("The library says 125.0.");
    expect(opinionSentence(songPush(5), { liked: null, tempo: 62.5 })).toBe(
      "You say 62.5; the library says 125.0.",
    );
  });
});

describe("who is watched", () => {
  test("is the one of the address, else the visitor", () => {
    expect(namedUser("?user=athlete-002")).toBe("athlete-002");
    expect(namedUser("")).toBeNull();
  });

  test("is nobody with a name that none can have, which is said", () => {
    expect(() => namedUser("?user=a b")).toThrow(/^“a b” in the address, after user=, can be nobody's name/);
    expect(() => namedUser("?user=%3Cscript%3E")).toThrow(/letters, digits, hyphens and underscores/);
  });
});
