import { Suspense, lazy, useRef, useState } from "react";

import { RECORDINGS } from "../../heart/recorded";
import type { Relay } from "../../heart/relay";
import { SPEEDS, type Speed } from "../../heart/replay";
import type { Progress, SourceStatus, Way } from "../../heart/source";
import { duration } from "../../workout/words";
import { Press } from "../Press";
import { ServiceForm } from "./ServiceForm";
import type { Beside } from "./useSource";

const Machine = lazy(() => import("./Machine").catch(() => ({ default: Missing })));

/** The ways that are begun here. */
const HERE: readonly Way[] = ["file", "service"];

function Missing() {
  return <p>What reads machines and sensors could not be loaded. Load this page again with a connection.</p>;
}

interface Props {
  readonly status: SourceStatus;
  readonly ways: readonly Way[];
  /** Whether what begins or stops this way is without effect now. */
  readonly isOff: (way: Way) => boolean;
  readonly speed: Speed;
  /** Whether services are asked at their own addresses only. */
  readonly deployed: boolean;
  readonly onFile: (file: File) => void;
  readonly onSpeed: (speed: Speed) => void;
  /** One of the workouts that a file holds. */
  readonly onChoose: (place: number) => void;
  readonly onSkipPause: () => void;
  readonly onService: (relay: Relay) => void;
  readonly onStop: (way: Way) => void;
  readonly beside: Beside;
  /** Whether this page may not send heart rates. */
  readonly off: boolean;
}

/** The ways that most people never need: recordings and services; open while one is in use. */
export function MoreSources(props: Props) {
  const { status, ways, isOff, onFile, onSpeed, onChoose, onSkipPause, onService, onStop, speed, deployed } = props;
  const [isOpen, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const here = ways.find((way) => HERE.includes(way)) ?? null;
  const [wasHere, setWasHere] = useState<Way | null>(null);
  if (here !== wasHere) {
    setWasHere(here);
    if (here !== null) setOpen(true);
  }
  const progress = "progress" in status ? status.progress : undefined;
  const choices = "choices" in status ? status.choices : undefined;
  return (
    <details
      className="more-sources"
      open={isOpen}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        if (event.currentTarget.open) setWasOpen(true);
      }}
    >
      <summary>More ways</summary>
      {!ways.includes("service") && (
        <section aria-label="Recorded workout">
          <p>
            A recorded workout: a FIT, TCX or GPX file, also packed as .gz or .zip, or the export of
            Apple Health. You can also drop it on this page.
          </p>
          {progress && <Played progress={progress} />}
          {choices && <Choices names={choices} onChoose={onChoose} />}
          <div className="buttons">
            {progress?.paused_until_seconds !== undefined && (
              <Press off={false} onPress={onSkipPause}>
                Skip the pause
              </Press>
            )}
            <FileButton
              inUse={ways.includes("file")}
              off={isOff("file")}
              onFile={onFile}
              onStop={() => {
                onStop("file");
              }}
            />
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
      {!ways.includes("file") && (
        <ServiceForm
          inUse={ways.includes("service")}
          off={isOff("service")}
          deployed={deployed}
          onService={onService}
          onStop={() => {
            onStop("service");
          }}
        />
      )}
      {wasOpen && (
        <Suspense>
          <Machine {...props.beside} off={props.off} />
        </Suspense>
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

interface ChoicesProps {
  readonly names: readonly string[];
  readonly onChoose: (place: number) => void;
}

/** The workouts of a packed file or an export, one of which is played. */
function Choices({ names, onChoose }: ChoicesProps) {
  const [place, setPlace] = useState(0);
  return (
    <div className="buttons">
      <label>
        Workout
        <select
          value={place}
          onChange={(event) => {
            setPlace(Number(event.target.value));
          }}
        >
          {names.map((name, index) => (
            <option key={index} value={index}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Press
        off={false}
        onPress={() => {
          onChoose(place);
        }}
      >
        Play this one
      </Press>
    </div>
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
