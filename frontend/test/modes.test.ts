import { describe, expect, test } from "vitest";

import { MODES, MODE_WORDS, PLANS, PLAN_WORDS, planWords, settingsSentence } from "../src/workout/modes";
import { SETTINGS } from "./helpers";

describe("what is in force, in words", () => {
  test("every mode has a name of its own and a sentence", () => {
    expect(new Set(MODES.map((mode) => MODE_WORDS[mode].name)).size).toBe(7);
    for (const mode of MODES) expect(MODE_WORDS[mode].sentence).toMatch(/^[A-Z].+\.$/);
  });

  test("every plan has a name of its own", () => {
    expect(new Set(PLANS.map((plan) => PLAN_WORDS[plan])).size).toBe(4);
  });

  test("is the mode, what it aims at and its rule", () => {
    expect(settingsSentence(SETTINGS)).toBe("Pulse. The tempo of your heart.");
    expect(settingsSentence({ ...SETTINGS, mode: "hold" })).toMatch(/^Hold, zone 3, moderate\. The/);
    expect(settingsSentence({ ...SETTINGS, mode: "plan" })).toMatch(/^Plan, Steady\. /);
    expect(settingsSentence({ ...SETTINGS, mode: "cadence", cadence: 168 })).toMatch(/^Cadence, 168\. /);
  });

  test("is the lock, where there is one, in place of the rule", () => {
    expect(settingsSentence({ ...SETTINGS, lock: 128.4 })).toBe("Pulse. Locked at 128.");
  });

  test("says where songs may change in the middle", () => {
    expect(settingsSentence({ ...SETTINGS, responsive: true })).toMatch(/heart\. Songs may change/);
  });

  test("a plan of one's own is told by its length", () => {
    const plan = [
      { seconds: 600, zone: 2 },
      { seconds: 240, zone: 5 },
    ];
    expect(planWords(plan)).toBe("Your own: 14 minutes in 2 phases");
  });
});
