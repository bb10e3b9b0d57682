import type { Opinion } from "../../wire/messages";
import type { Shelf, ShelfSong } from "../../ownSongs/shelf";
import { Press } from "../Press";
import "../song/Song.css";

interface Props {
  readonly songs: readonly ShelfSong[];
  readonly shelf: Shelf;
  /** What the person said of songs: a tempo of theirs is the one that counts. */
  readonly opinions: ReadonlyMap<string, Opinion>;
  readonly off: boolean;
  /** Takes the other tempo of a song that may have either. */
  readonly onTurn: (song: ShelfSong) => void;
}

/** The songs of the shelf, with where each tempo comes from. */
export function OwnSongs({ songs, shelf, opinions, off, onTurn }: Props) {
  if (songs.length === 0) return null;
  return (
    <>
      <h3 id="own-songs">My songs</h3>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- a list that scrolls must be reached by keys */}
      <ul className="own-songs" aria-labelledby="own-songs" tabIndex={0} data-testid="own-songs">
        {songs.map((song) => {
          const own = opinions.get(song.id)?.tempo ?? null;
          return (
            <li key={song.id}>
              <p className="title">
                {song.title} <span className="artist">{song.artist}</span>
                {!shelf.has(song.id) && (
                  <span className="artist">Its file is not in this browser: choose it again.</span>
                )}
              </p>
              <p className="tempo">
                <strong>{(own ?? song.tempo).toFixed(1)}</strong>
                <span>{own !== null ? "by you" : song.tempo_from === "tag" ? "by tag" : "detected"}</span>
                {own === null && song.other_tempo && (
                  <Press
                    off={off}
                    name={`${song.title}: ${song.tempo.toFixed(1)} is not sure, take ${song.other_tempo.toFixed(1)}`}
                    onPress={() => {
                      onTurn(song);
                    }}
                  >
                    {`or ${song.other_tempo.toFixed(1)}?`}
                  </Press>
                )}
              </p>
            </li>
          );
        })}
      </ul>
      <p className="hint">
        A tempo that is felt as double or half, or is wrong, can be put right while its song plays.
      </p>
    </>
  );
}
