import type { State } from "../workout/store";
import { changeSentence, rateSentence, skipSentence } from "../workout/words";

/** What became of what was asked for, in sight wherever on the page that was. */
export function Notes({ state, now_ms }: { readonly state: State; readonly now_ms: number }) {
  const { skip, change, rate, songs } = state;
  return (
    <div className="notes" role="status">
      <p data-testid="skip-note">{skipSentence(skip, songs, now_ms)}</p>
      <p data-testid="change-note">{changeSentence(change, now_ms)}</p>
      <p data-testid="rate-note">{rateSentence(rate, now_ms)}</p>
    </div>
  );
}
