import type { SongPush } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";
import { percent, whySentence } from "../../workout/words";
import "./WhyThisSong.css";

/** From the average to the target to the song's tempo, how near it came, and what decided. */
export function WhyThisSong({ push }: { readonly push: SongPush }) {
  const { why } = push;
  return (
    <div className="why">
      <p data-testid="why">{whySentence(push)}</p>
      <ul>
        <li>
          <span>average</span> <b>{Math.round(why.average)}</b>
        </li>
        <li>
          <span>target</span> <b>{Math.round(why.target_tempo)}</b>
        </li>
        <li>
          <span>tempo</span> <b data-testid="playing-tempo">{Math.round(feltTempo(push))}</b>
        </li>
        <li>
          <span>away</span> <b>{percent(why.distance)}</b>
        </li>
      </ul>
    </div>
  );
}
