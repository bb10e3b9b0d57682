import { useEffect, useState } from "react";

import { type Bluetooth, Source, type SourceStatus, sourceSentence } from "../source";
import { Press } from "./Press";

interface Props {
  /** Whether this page may send heart rates: only those of its own athlete. */
  readonly maySend: boolean;
  /** Whether a heart rate comes from another device. */
  readonly comes: boolean;
  /** Beats a minute, now; the same function each time. */
  readonly onHeartRate: (heart_rate: number) => void;
}

/** The heart rate of this device: a strap over Bluetooth, or a made-up heart. */
export function Strap({ maySend, comes, onHeartRate }: Props) {
  const [status, setStatus] = useState<SourceStatus>({ phase: "off" });
  const [source, setSource] = useState<Source | null>(null);
  useEffect(() => {
    const { bluetooth } = navigator as Navigator & { readonly bluetooth?: Bluetooth };
    const made = new Source(bluetooth, { onStatus: setStatus, onHeartRate });
    setSource(made);
    return () => {
      made.stop();
    };
  }, [onHeartRate]);
  return (
    <StrapControls
      status={status}
      off={!maySend}
      comes={comes}
      onStrap={() => void source?.chooseStrap()}
      onMakeUp={() => source?.makeUp()}
      onStop={() => source?.stop()}
    />
  );
}

interface ControlsProps {
  readonly status: SourceStatus;
  readonly off: boolean;
  readonly comes: boolean;
  readonly onStrap: () => void;
  readonly onMakeUp: () => void;
  readonly onStop: () => void;
}

/** What may be pressed, and what became of it; no button goes away while it has the focus. */
export function StrapControls({ status, off, comes, onStrap, onMakeUp, onStop }: ControlsProps) {
  const isOff = status.phase === "off" || status.phase === "failed";
  const hasTrouble = status.phase === "on" && status.trouble !== "";
  const isStrap = !isOff && status.phase !== "made-up";
  return (
    <div className="source" data-phase={status.phase} data-trouble={hasTrouble}>
      <p role="status" data-testid="source-note">
        {sourceSentence(status)}
      </p>
      {isOff && comes && <p>Another device sends a heart rate already; two at once would mix.</p>}
      <div className="buttons">
        <Press off={isOff ? off : !isStrap} onPress={isOff ? onStrap : onStop}>
          {isStrap ? "Stop using the strap" : "Use my heart-rate strap"}
        </Press>
        <Press off={isOff ? off : isStrap} onPress={isOff ? onMakeUp : onStop}>
          {status.phase === "made-up" ? "Stop the made-up heart" : "Try it without a strap"}
        </Press>
      </div>
    </div>
  );
}
