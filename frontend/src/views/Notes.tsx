import type { State } from "../session/store";
import { useTick } from "./hooks";
import { changeSentence, rateSentence, skipSentence } from "../workout/words";
import "./Notes.css";

/** What became of what was asked for, in sight wherever on the page that was. */
export function Notes({ state }: { readonly state: State }) {
  const { skip, change, rate, songs } = state;
  return (
    <div className="notes" role="status">
      <p data-testid="skip-note">{useTick((now_ms) => skipSentence(skip, songs, now_ms))}</p>
      <p data-testid="change-note">{useTick((now_ms) => changeSentence(change, now_ms))}</p>
      <p data-testid="rate-note">{useTick((now_ms) => rateSentence(rate, now_ms))}</p>
    </div>
  );
}
