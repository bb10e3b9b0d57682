import { memo } from "react";

import type { SongPush } from "../../wire/messages";
import { feltTempo, wasSkipped } from "../../workout/playlist";
import { whySentence } from "../../workout/words";
import "./Song.css";
import "./SongList.css";

interface Props {
  readonly songs: readonly SongPush[];
  readonly playing: SongPush | null;
  readonly next: SongPush | null;
  /** Whether the playing song's time is over. */
  readonly over: boolean;
  /** Whether songs may also be cut by something else than a skip. */
  readonly responsive: boolean;
}

/** The session's songs, newest first, each with the reason it was chosen for. */
export const SongList = memo(function SongList(props: Props) {
  const { songs, playing, next, over, responsive } = props;
  const cut = responsive ? "cut short" : "skipped";
  const word = (push: SongPush, index: number) => {
    if (push === playing) return over ? "ended" : "playing";
    if (push === next) return "next";
    return wasSkipped(songs, index) ? cut : "";
  };
  if (songs.length === 0) return null;
  return (
    <section className="list card" aria-labelledby="list">
      <h2 id="list">Songs so far</h2>
      <ol reversed>
        {songs
          .map((push, index) => (
            <li key={push.slot} data-slot={push.slot} aria-current={push === playing && !over}>
              <span className="number">{push.slot + 1}</span>
              <p className="title">
                {push.song.title} <Mark word={word(push, index)} />{" "}
                <span className="artist">{push.song.artist}</span>
              </p>
              <p className="tempo">
                <strong>{Math.round(feltTempo(push))}</strong>
                <span>tempo</span>
              </p>
              <p className="reason">{whySentence(push)}</p>
            </li>
          ))
          .reverse()}
      </ol>
    </section>
  );
});

function Mark({ word }: { readonly word: string }) {
  return word && <span className={word === "playing" ? "mark current" : "mark"}>{word}</span>;
}
