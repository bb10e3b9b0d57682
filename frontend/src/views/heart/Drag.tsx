import { useState } from "react";

import { DRAGGED } from "../../heart/madeUp";

interface Props {
  /** Beats a minute, as it is now. */
  readonly heart_rate: number;
  readonly onDrag: (heart_rate: number) => void;
}

/** Drags the made-up heart; the thumb goes with it until somebody does. */
export function Drag({ heart_rate, onDrag }: Props) {
  const [wanted, setWanted] = useState<number | null>(null);
  return (
    <label className="drag">
      <span>Drag the heart</span>
      <input
        type="range"
        min={DRAGGED.low}
        max={DRAGGED.high}
        value={wanted ?? Math.round(heart_rate)}
        aria-valuetext={`${wanted ?? Math.round(heart_rate)} beats a minute`}
        onChange={(event) => {
          setWanted(event.target.valueAsNumber);
          onDrag(event.target.valueAsNumber);
        }}
      />
    </label>
  );
}
