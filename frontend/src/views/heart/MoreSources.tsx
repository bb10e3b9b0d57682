import { useRef, useState } from "react";

import { RECORDINGS } from "../../heart/recorded";
import type { Relay } from "../../heart/relay";
import { SPEEDS, type Speed } from "../../heart/replay";
import type { Progress, SourceStatus, Way } from "../../heart/source";
import { duration } from "../../workout/words";
import { Press } from "../Press";
import { ServiceForm } from "./ServiceForm";

interface Props {
  readonly status: SourceStatus;
  readonly way: Way | null;
  /** Whether what begins or stops this way is without effect now. */
  readonly isOff: (way: Way) => boolean;
  readonly speed: Speed;
  /** Whether services are asked at their own addresses only. */
  readonly deployed: boolean;
  readonly onFile: (file: File) => void;
  readonly onSpeed: (speed: Speed) => void;
  readonly onService: (relay: Relay) => void;
  readonly onStop: () => void;
}

/** The ways that most people never need: recordings and services; open while one is in use. */
export function MoreSources(props: Props) {
  const { status, way, isOff, onFile, onSpeed, onService, onStop, speed, deployed } = props;
  const [isOpen, setOpen] = useState(false);
  const [wayBefore, setWayBefore] = useState<Way | null>(null);
  if (way !== wayBefore) {
    setWayBefore(way);
    if (way === "file" || way === "service") setOpen(true);
  }
  const progress = "progress" in status ? status.progress : undefined;
  return (
    <details
      className="more-sources"
      open={isOpen}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>More ways</summary>
      {way !== "service" && (
        <section aria-label="Recorded workout">
          <p>A recorded workout, as a FIT, TCX or GPX file. You can also drop it on this page.</p>
          {progress && <Played progress={progress} />}
          <div className="buttons">
            <FileButton inUse={way === "file"} off={isOff("file")} onFile={onFile} onStop={onStop} />
            <label>
              Speed
              <select
                value={speed}
                onChange={(event) => {
                  const wished = SPEEDS.find((each) => String(each) === event.target.value);
                  if (wished) onSpeed(wished);
                }}
              >
                {SPEEDS.map((each) => (
                  <option key={each} value={each}>
                    {each}×
                  </option>
                ))}
              </select>
            </label>
          </div>
        </section>
      )}
      {way !== "file" && (
        <ServiceForm
          inUse={way === "service"}
          off={isOff("service")}
          deployed={deployed}
          onService={onService}
          onStop={onStop}
        />
      )}
    </details>
  );
}

function Played({ progress: { at_seconds, of_seconds, speed } }: { readonly progress: Progress }) {
  const at = duration(Math.min(at_seconds, of_seconds) * 1000);
  return (
    <p className="played">
      <progress value={at_seconds} max={Math.max(1, of_seconds)} aria-label="Played of the recording" />
      <span data-testid="played">
        {at} of {duration(of_seconds * 1000)} at {speed}×
      </span>
    </p>
  );
}

interface FileButtonProps {
  readonly inUse: boolean;
  readonly off: boolean;
  readonly onFile: (file: File) => void;
  readonly onStop: () => void;
}

function FileButton({ inUse, off, onFile, onStop }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Press off={off} onPress={inUse ? onStop : () => input.current?.click()}>
        {inUse ? "Stop the recording" : "Play a recorded workout"}
      </Press>
      <input
        ref={input}
        type="file"
        accept={RECORDINGS.join()}
        aria-label="Recorded workout"
        hidden
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) onFile(file);
          target.value = ""; // so that the same file may be chosen again
        }}
      />
    </>
  );
}
