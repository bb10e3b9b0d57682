/** What this device lets be heard beside the music, kept in the browser. */
import { type Held, hold } from "../../session/held";
import type { Switches } from "./coach";

const KEY = "tempofit-cues";
const FIRST: Switches = { tones: true, speech: false };

export const switches: Held<Switches, Partial<Switches>> = hold(
  (before, wished) => keep({ ...before, ...wished }),
  kept(),
);

function kept(): Switches {
  try {
    const { tones, speech } = { ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as object) };
    return { tones, speech };
  } catch {
    return FIRST;
  }
}

function keep(wished: Switches): Switches {
  try {
    localStorage.setItem(KEY, JSON.stringify(wished));
  } catch {
    // A browser that keeps nothing: they are as at first after a reload.
  }
  return wished;
}
