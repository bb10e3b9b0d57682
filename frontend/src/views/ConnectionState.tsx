import type { Status } from "../wire/connection";
import { statusSentence } from "../workout/words";
import { useOnline } from "./NoNetwork";
import { useFocusKept, useTick } from "./hooks";
import "./ConnectionState.css";

interface Props {
  readonly status: Status;
  readonly onConnect: () => void;
}

export function ConnectionState({ status, onConnect }: Props) {
  const online = useOnline();
  const sentence = useTick((now_ms) => statusSentence(status, now_ms));
  const { note, keepFocus } = useFocusKept(sentence);
  const isLeft = status.phase === "replaced";
  return (
    <>
      <p ref={note} tabIndex={-1} className="connection" data-phase={online ? status.phase : "offline"}>
        {online || isLeft ? sentence : "No network"}
      </p>
      {isLeft && (
        <div className="replaced problem" role="alert">
          <p>TempoFit is open in too many other places, so this one, the oldest, was disconnected.</p>
          <button
            type="button"
            onClick={() => {
              keepFocus();
              onConnect();
            }}
          >
            Use TempoFit here
          </button>
        </div>
      )}
    </>
  );
}
