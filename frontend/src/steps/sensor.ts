/** Steps a minute by the motion sensor of this device, from a press on until it is stopped. */
import { type Held, hold } from "../session/held";
import { type Felt, cadenceOf, feel } from "./detector";

export type Steps =
  | { readonly phase: "off" }
  | { readonly phase: "asking" }
  | { readonly phase: "counting"; readonly cadence: number | null; readonly at_ms: number }
  | { readonly phase: "failed"; readonly sentence: string };

/** As browsers on iOS have it: they ask the person first. */
interface Asks {
  readonly requestPermission?: () => Promise<PermissionState>;
}

/** A sensor that tells nothing in this time is none. */
const FIRST_WITHIN_MS = 3_000;
/** How often steps are counted. */
const COUNTED_EVERY_MS = 1_000;

const MISSING = "This device has no motion sensor that a page may read. Type the number instead.";
const REFUSED =
  "This page may not read the motion sensor. Allow it in the browser's settings for this page, or type the number instead.";
const NO_REPLY = "The motion sensor could not be asked for. Try again, or type the number instead.";

export const steps: Held<Steps, Steps> = hold<Steps, Steps>((_, now) => now, { phase: "off" });

let end: () => void = () => undefined;

/** Whether this may be a phone whose sensor a page may read; it may have none all the same. */
export function mayCount(): boolean {
  return "DeviceMotionEvent" in globalThis && matchMedia("(any-pointer: coarse)").matches;
}

/** Counts from now on; only at a press, as the browser may ask the person. */
export async function countSteps(): Promise<void> {
  if (!mayCount()) {
    steps.dispatch({ phase: "failed", sentence: MISSING });
    return;
  }
  stopCounting();
  steps.dispatch({ phase: "asking" });
  const { requestPermission } = DeviceMotionEvent as unknown as Asks;
  const answer = await (requestPermission?.call(DeviceMotionEvent) ?? "granted");
  if (steps.get().phase !== "asking") return; // stopped in the meantime
  if (answer === "granted") end = listen();
  else steps.dispatch({ phase: "failed", sentence: REFUSED });
}

/** The same, with a sentence where the browser refuses to ask. */
export function startCounting(): void {
  countSteps().catch(() => {
    steps.dispatch({ phase: "failed", sentence: NO_REPLY });
  });
}

export function stopCounting(): void {
  end();
  end = () => undefined;
  steps.dispatch({ phase: "off" });
}

function listen(): () => void {
  let felt: readonly Felt[] = [];
  let counted_ms = 0;
  const onMotion = ({ accelerationIncludingGravity: moved, timeStamp }: DeviceMotionEvent) => {
    if (moved?.x == null || moved.y == null || moved.z == null) return;
    clearTimeout(silence);
    felt = feel(felt, { at_ms: timeStamp, length: Math.hypot(moved.x, moved.y, moved.z) });
    if (timeStamp - counted_ms < COUNTED_EVERY_MS) return;
    counted_ms = timeStamp;
    steps.dispatch({ phase: "counting", cadence: cadenceOf(felt), at_ms: Date.now() });
  };
  const silence = setTimeout(() => {
    stopCounting();
    steps.dispatch({ phase: "failed", sentence: MISSING });
  }, FIRST_WITHIN_MS);
  window.addEventListener("devicemotion", onMotion);
  return () => {
    clearTimeout(silence);
    window.removeEventListener("devicemotion", onMotion);
  };
}
