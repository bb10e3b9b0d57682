import { useEffect, useRef, useState } from "react";

import { Press } from "../Press";
import "./EndWorkout.css";

interface Props {
  /** Whether a source runs on this device, which must then be started anew. */
  readonly here: boolean;
  /** Whether to take the focus, as after coming back. */
  readonly focused: boolean;
  readonly onEnd: () => void;
}

/** Ends the workout; asks again only where that costs the source of the heart rate. */
export function EndWorkout({ here, focused, onEnd }: Props) {
  const [asks, setAsks] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const focuses = useRef(focused);
  useEffect(() => {
    if (focuses.current) place.current?.querySelector<HTMLElement>("p, button")?.focus();
    focuses.current = true;
    if (asks) place.current?.scrollIntoView({ block: "nearest" }); // its answers, too
  }, [asks]);
  if (!asks) {
    return (
      <div className="end" ref={place}>
        <Press
          off={false}
          onPress={() => {
            if (here) setAsks(true);
            else onEnd();
          }}
        >
          End the workout
        </Press>
      </div>
    );
  }
  return (
    <div className="end card" ref={place}>
      <p tabIndex={-1}>
        This stops your heart-rate source and the music. The workout is over then: what you start later is
        another.
      </p>
      <div className="buttons">
        <Press off={false} onPress={onEnd}>
          End it
        </Press>
        <Press
          off={false}
          onPress={() => {
            setAsks(false);
          }}
        >
          Keep going
        </Press>
      </div>
    </div>
  );
}
