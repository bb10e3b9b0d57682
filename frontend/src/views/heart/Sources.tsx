import { MoreSources } from "./MoreSources";
import { Press } from "../Press";
import type { UsedSource } from "./useSource";
import "./Sources.css";

interface Props extends Omit<UsedSource, "onDrag" | "way"> {
  readonly way: UsedSource["way"];
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
  const { status, way, off, comes, starts, isOver, refusal, onStrap, onMakeUp, onStop } = props;
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
      {way === null && comes && <p>Another device sends a heart rate already; two at once would mix.</p>}
      <div className="buttons">
        <Press off={isOff("strap")} onPress={way ? onStop : onStrap}>
          {way === "strap" ? "Stop using the strap" : "Use my heart-rate strap"}
        </Press>
        {!starts && (
          <Press off={isOff("made-up")} onPress={way ? onStop : onMakeUp}>
            {way === "made-up" ? "Stop the made-up heart" : "Try it without a strap"}
          </Press>
        )}
      </div>
      <MoreSources {...props} isOff={isOff} />
    </div>
  );

  function isOff(which: typeof way): boolean {
    return way === null ? off : way !== which;
  }
}
