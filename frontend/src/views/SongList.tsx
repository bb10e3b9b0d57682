import { memo } from "react";

import type { SongPush } from "../messages";
import { wasSkipped } from "../playlist";
import { percent } from "../words";

interface Props {
  readonly songs: readonly SongPush[];
  readonly playing: SongPush | null;
  readonly next: SongPush | null;
}

/** The session's songs, newest first, each with the reason it was chosen for. */
export const SongList = memo(function SongList({ songs, playing, next }: Props) {
  if (songs.length === 0) return null;
  return (
    <section className="list card" aria-labelledby="list">
      <h2 id="list">Songs so far</h2>
      <ol reversed>
        {songs
          .map((push, index) => (
            <li key={push.slot} data-slot={push.slot} aria-current={push === playing}>
              <span className="number">{push.slot + 1}</span>
              <p className="title">
                {push.song.title}
                <Mark push={push} playing={playing} next={next} skipped={wasSkipped(songs, index)} />
                <span className="artist">{push.song.artist}</span>
              </p>
              <p className="tempo">
                <strong>{Math.round(push.song.tempo)}</strong>
                <span>tempo</span>
              </p>
              <p className="reason">
                Average {Math.round(push.why.average)} → target {Math.round(push.why.target_tempo)}{" "}
                → tempo {push.song.tempo.toFixed(1)}, {percent(push.why.distance)} away.{" "}
                <em>{push.why.mode}</em> {push.why.decided_by}
              </p>
            </li>
          ))
          .reverse()}
      </ol>
    </section>
  );
});

interface MarkProps {
  readonly push: SongPush;
  readonly playing: SongPush | null;
  readonly next: SongPush | null;
  readonly skipped: boolean;
}

function Mark({ push, playing, next, skipped }: MarkProps) {
  const word = push === playing ? "playing" : push === next ? "next" : skipped ? "skipped" : "";
  return word && <span className={`mark ${word}`}>{word}</span>;
}
