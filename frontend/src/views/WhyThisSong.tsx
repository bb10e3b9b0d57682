import type { SongPush } from "../messages";
import { percent } from "../words";

/** From the average to the target to the song's tempo, how near it came, and what decided. */
export function WhyThisSong({ push }: { readonly push: SongPush }) {
  const { song, why } = push;
  return (
    <div className="why">
      <h3>Why this song</h3>
      <ol>
        <li>
          <span>average</span> <b>{Math.round(why.average)}</b>
        </li>
        <li>
          <span>target</span> <b>{Math.round(why.target_tempo)}</b>
        </li>
        <li>
          <span>tempo</span> <b>{song.tempo.toFixed(1)}</b>
        </li>
        <li>
          <span>away</span> <b>{percent(why.distance)}</b>
        </li>
      </ol>
      <p>
        <em>{why.mode}</em> {why.decided_by}
      </p>
    </div>
  );
}
