import type { SongPush } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";
import type { State } from "../../session/store";
import { Press } from "../Press";
import { HeardTempo, TimeLeft } from "./Playtime";
import "./Song.css";
import "./NowPlaying.css";

interface Props {
  readonly state: State;
  readonly push: SongPush;
}

/** The song that the page goes on with by itself; the server knows nothing of it. */
export function SpareSong({ state, push }: Props) {
  return (
    <section className="now-playing card" aria-labelledby="playing" data-testid="spare">
      <h2 id="playing">Spare song, until the connection is back</h2>
      <div className="song">
        <div>
          <p className="title">{push.song.title}</p>
          <p className="artist">{push.song.artist}</p>
        </div>
        <p className="tempo">
          <strong>{Math.round(feltTempo(push))}</strong>
          <span>tempo</span>
          <span className="heard">
            <HeardTempo state={state} push={push} />
          </span>
        </p>
      </div>
      <div className="controls">
        <p>
          <TimeLeft state={state} push={push} /> left, unless the next song comes before
        </p>
        <Press off onPress={() => undefined}>
          Skip
        </Press>
      </div>
      <p className="hint">
        This page chose it, the nearest to {Math.round(push.why.target_tempo)} that it knows. Without
        a connection nothing can be skipped, liked or locked.
      </p>
    </section>
  );
}
