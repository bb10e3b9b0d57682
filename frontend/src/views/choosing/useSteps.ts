/** The steps that are counted on this device, as the tempo of its workout. */
import { useEffect, useEffectEvent, useRef } from "react";

import type { State } from "../../session/store";
import { steps, stopCounting } from "../../steps/sensor";
import { NOTHING_TOLD, heardCadence, isDue, told } from "../../steps/telling";
import type { Settings } from "../../wire/messages";
import { isWaiting } from "../../workout/asked";

/** Tells the server the cadence when it is another, and stops counting with the mode or the view. */
export function useSteps({ settings, change }: State, onChange: (wish: Partial<Settings>) => void): void {
  const telling = useRef(NOTHING_TOLD);
  const follow = useEffectEvent(() => {
    const now = steps.get();
    if (now.phase !== "counting") {
      telling.current = NOTHING_TOLD;
      return;
    }
    const { cadence, at_ms } = now;
    telling.current = heardCadence(telling.current, cadence, at_ms);
    if (cadence === null || !isDue(telling.current, at_ms) || isWaiting(change, at_ms)) return;
    telling.current = told(cadence, at_ms);
    onChange({ mode: "cadence", cadence });
  });
  useEffect(
    () =>
      steps.subscribe(() => {
        follow();
      }),
    [],
  );
  const isFollowed = settings?.mode === "cadence";
  useEffect(() => (isFollowed ? stopCounting : undefined), [isFollowed]);
  useEffect(() => stopCounting, []);
}
