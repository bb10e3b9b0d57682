import { describe, expect, test } from "vitest";

import { distance, fitNow, fitSentence, fitWord, isForLack, scarceSentence } from "../src/workout/fit";
import { SETTINGS, SESSION, songPush } from "./helpers";

const HEARD = { slot: 0, rate: 1, at_ms: SESSION };

describe("fit", () => {
  test("is the distance as a share of the target", () => {
    expect(distance(110, 100)).toBeCloseTo(0.1);
    expect(distance(90, 100)).toBeCloseTo(0.1);
  });

  test("is a word that agrees with the percent beside it", () => {
    expect([0, 0.04, 0.044, 0.046, 0.1, 0.104, 0.106, 1].map(fitWord)).toEqual([
      "fits",
      "fits",
      "fits",
      "near",
      "near",
      "near",
      "off",
      "off",
    ]);
    expect(fitSentence(0.044)).toBe("Fits, 4\u00a0%\u00a0away");
    expect(fitSentence(0.07)).toBe("Near, 7\u00a0%\u00a0away");
    expect(fitSentence(0.239)).toBe("Off, 24\u00a0%\u00a0away");
  });

  test("says what the library lacks, and what plays for want of it", () => {
    const lacking = { ...songPush(0).why, scarce: true, target_tempo: 164.6, tempo: 82.3, octave: 2 };
    const sentence = (changes: object) => scarceSentence(songPush(0, { why: { ...lacking, ...changes } }));
    expect(sentence({})).toBe("Nothing in your library is near 165; double time of 82");
    expect(sentence({ tempo: 176, octave: 0.5, target_tempo: 88 })).toBe(
      "Nothing in your library is near 88; half time of 176",
    );
    expect(sentence({ tempo: 120, octave: 1 })).toBe("Nothing in your library is near 165; this song plays 120");
  });

  test("is for lack only where the song is off or counted double, and never in a workout from before that word", () => {
    const { why } = songPush(0);
    const lacking = (changes: object) => songPush(0, { why: { ...why, scarce: true, ...changes } });
    expect(isForLack(lacking({}), 0.2)).toBe(true);
    expect(isForLack(lacking({ octave: 2 }), 0.01)).toBe(true);
    expect(isForLack(lacking({}), 0.01)).toBe(false);
    expect(isForLack(lacking({ scarce: false }), 0.2)).toBe(false);
    expect(isForLack(lacking({ scarce: undefined }), 0.2)).toBe(false);
  });

  test("follows the newest heart rate and the song as it is heard", () => {
    const effort = { settings: SETTINGS, latest: { heart_rate: 126 } };
    expect(fitNow(effort, songPush(0), HEARD)).toBeCloseTo(6 / 126);
    expect(fitNow(effort, songPush(0), { ...HEARD, rate: 1.04 })).toBeCloseTo(1.2 / 126);
  });

  test("is to the target in other modes than pulse, and to the lock where there is one", () => {
    const latest = { heart_rate: 170 };
    const zone = { settings: { ...SETTINGS, mode: "zone" as const }, latest };
    expect(fitNow(zone, songPush(0), HEARD)).toBeCloseTo(1 / 121);
    const locked = { settings: { ...SETTINGS, lock: 120 }, latest };
    expect(fitNow(locked, songPush(0), HEARD)).toBe(0);
  });
});
