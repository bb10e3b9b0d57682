import type { SongPush } from "../wire/messages";
import { feltTempo } from "../workout/playlist";
import type { Freshness } from "../workout/freshness";

interface Props {
  readonly playing: SongPush | null;
  readonly fresh: Freshness["state"];
}

/** Says aloud what a listener must not miss: another song, and a heart rate that went stale. */
export function Announcer({ playing, fresh }: Props) {
  return (
    <div className="unseen">
      <p aria-live="polite">
        {playing &&
          `Now playing ${playing.song.title} by ${playing.song.artist}, tempo ${Math.round(feltTempo(playing))}.`}
      </p>
      <p aria-live="polite">{fresh === "stale" && "No heart rate comes."}</p>
    </div>
  );
}
