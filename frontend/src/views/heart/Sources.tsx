import { goesWith } from "../../heart/pair";
import type { Way } from "../../heart/source";
import { MoreSources } from "./MoreSources";
import { Press } from "../Press";
import type { UsedSource } from "./useSource";
import "./Sources.css";

interface Props extends Omit<UsedSource, "onDrag"> {
  /** Whether this page may not send heart rates. */
  readonly off: boolean;
  /** Whether a heart rate comes from another device. */
  readonly comes: boolean;
  /** Whether a made-up heart is offered elsewhere on the page, as the way to start. */
  readonly starts: boolean;
  /** Whether a file is held over the page. */
  readonly isOver: boolean;
  /** Whether services are asked at their own addresses only, as the policy of a deployed page demands. */
  readonly deployed: boolean;
}

/** What may be pressed, and what became of it; no button goes away while it has the focus. */
export function Sources(props: Props) {
  const { status, ways, off, comes, starts, isOver, refusal, onStrap, onMakeUp, onStop } = props;
  const isUsed = (way: Way) => ways.includes(way);
  const isOff = (way: Way) => !isUsed(way) && (off || !ways.every((used) => goesWith(way, used)));
  const turn = (way: Way, begin: () => void) => () => {
    if (isUsed(way)) onStop(way);
    else begin();
  };
  return (
    <div className="source" data-phase={status.phase} data-over={isOver}>
      <p role="status" data-testid="source-note">
        {status.sentence}
      </p>
      {refusal && (
        <p className="problem" role="alert">
          {refusal}
        </p>
      )}
      {ways.length === 0 && comes && <p>Another device sends a heart rate already. Of two at once, the one that connected last counts.</p>}
      <div className="buttons">
        <Press off={isOff("strap")} onPress={turn("strap", onStrap)}>
          {isUsed("strap") ? "Stop using the strap" : "Use my heart-rate strap"}
        </Press>
        {!starts && (
          <Press off={isOff("made-up")} onPress={turn("made-up", onMakeUp)}>
            {isUsed("made-up") ? "Stop the made-up heart" : "Try it without a strap"}
          </Press>
        )}
      </div>
      <MoreSources {...props} isOff={isOff} />
    </div>
  );
}
