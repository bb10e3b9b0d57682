/** What there is to choose from, in words. */
import type { Mode, PlanName, Settings } from "../wire/messages";
import { ZONE_NAMES, type Zone } from "./zone";

interface Words {
  readonly name: string;
  readonly sentence: string;
}

/** Zones of heart-rate reserve and their words are those of the ACSM. */
export const MODE_WORDS: Readonly<Record<Mode, Words>> = {
  pulse: { name: "Pulse", sentence: "The tempo of your heart." },
  zone: { name: "Zone", sentence: "The tempo that people prefer at this effort, never slow." },
  push: { name: "Push", sentence: "A little faster than you work, more the further below your goal zone." },
  hold: { name: "Hold", sentence: "The tempo of your goal zone, faster below it and slower above." },
  recover: { name: "Recover", sentence: "Slower from song to song, down to 80 and never above 110." },
  cadence: { name: "Cadence", sentence: "The tempo of your steps or turns, half of it where they are very fast." },
  plan: { name: "Plan", sentence: "The tempo of each zone of a workout plan, in its time." },
};

export const PLAN_WORDS: Readonly<Record<PlanName, string>> = {
  steady: "Steady",
  intervals: "4 × 4 intervals",
  pyramid: "Pyramid",
  "couch-to-5k": "Couch to 5K, week 1",
};

/** In the order in which they are offered. */
export const MODES = Object.keys(MODE_WORDS) as readonly Mode[];
export const PLANS = Object.keys(PLAN_WORDS) as readonly PlanName[];

/** What is in force, in a line. */
export function settingsSentence(settings: Settings): string {
  const { mode, lock, responsive } = settings;
  const aim = aimWords(settings);
  const name = MODE_WORDS[mode].name + (aim && `, ${aim}`);
  const rule = lock === null ? MODE_WORDS[mode].sentence : `Locked at ${Math.round(lock)}.`;
  return `${name}. ${rule}${responsive ? " Songs may change in the middle." : ""}`;
}

function aimWords({ mode, goal_zone, cadence, plan, plan_started_ms }: Settings): string {
  switch (mode) {
    case "push":
    case "hold":
      return `zone ${goal_zone}, ${ZONE_NAMES[goal_zone as Zone]}`;
    case "cadence":
      return cadence === null ? "" : String(cadence);
    case "plan":
      return planWords(plan) + (plan_started_ms === null ? "" : ", with everybody on the floor");
    case "pulse":
    case "zone":
    case "recover":
      return "";
  }
}

/** A plan's name, or how long one's own is. */
export function planWords(plan: Settings["plan"]): string {
  if (typeof plan === "string") return PLAN_WORDS[plan];
  const minutes = Math.round(plan.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return `Your own: ${minutes} minutes in ${plan.length} phases`;
}
