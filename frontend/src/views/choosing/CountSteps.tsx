import { useSyncExternalStore } from "react";

import { startCounting, steps, stopCounting } from "../../steps/sensor";

/** Lets the phone count steps, instead of typing how many they are. */
export function CountSteps() {
  const now = useSyncExternalStore(steps.subscribe, steps.get);
  const counts = now.phase === "counting" || now.phase === "asking";
  return (
    <div className="count-steps">
      <button type="button" onClick={counts ? stopCounting : startCounting}>
        {counts ? "Stop counting" : "Count my steps"}
      </button>
      <p className="hint" role="status" data-testid="steps">
        {sentence()}
      </p>
    </div>
  );

  function sentence(): string {
    switch (now.phase) {
      case "off":
        return "This phone's motion sensor counts them, in a hand, at an arm or in a pocket, while the page is in sight.";
      case "asking":
        return "The browser may ask whether this page may use the motion sensor.";
      case "counting":
        return now.cadence === null
          ? "No steps are felt yet: some seconds of them are needed."
          : `${now.cadence} steps a minute. The next songs follow them.`;
      case "failed":
        return now.sentence;
    }
  }
}
