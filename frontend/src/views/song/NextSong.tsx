import type { SongPush } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";
import "./Song.css";
import "./NextSong.css";

interface Props {
  readonly next: SongPush | null;
  readonly playing: SongPush | null;
  readonly over: boolean;
}

/** The song after this one, known a few seconds before it starts. */
export function NextSong({ next, playing, over }: Props) {
  if (!playing || over) return null;
  return (
    <section className="next card" aria-labelledby="next" data-testid="next">
      <h2 id="next">Next</h2>
      {next ? (
        <>
          <div>
            <p className="title">{next.song.title}</p>
            <p className="artist">{next.song.artist}</p>
          </div>
          <p className="tempo">
            <strong>{Math.round(feltTempo(next))}</strong>
            <span>tempo</span>
          </p>
        </>
      ) : (
        <p className="empty">Chosen shortly before this one ends, from the heart rate of then.</p>
      )}
    </section>
  );
}
