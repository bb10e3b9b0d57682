import type { ReactNode } from "react";

import { DEMO } from "../../ownSongs/library";
import type { SongPush } from "../../wire/messages";
import type { Music } from "./useMusic";
import "./Sound.css";

interface Props {
  readonly music: Music;
  /** Where songs are chosen from; null before it is known. */
  readonly library: string | null;
  readonly playing: SongPush | null;
  readonly over: boolean;
  /** Where one's own music comes from. */
  readonly children?: ReactNode;
}

/** How loud the music is, what is heard, and where one's own comes from. */
export function Sound({ music, library, playing, over, children }: Props) {
  if (library === null) return null;
  const { able, failure, wanted, recorded, streamed, volume, setVolume } = music;
  return (
    <section className="card sound" aria-labelledby="sound">
      <h2 id="sound">Music</h2>
      {able ? (
        <>
          <label className="volume">
            Volume
            <input
              type="range"
              min="0"
              max="100"
              step="5"
              value={volume}
              aria-valuetext={`${volume} %`}
              onChange={(event) => {
                setVolume(event.target.valueAsNumber);
              }}
            />
          </label>
          {failure && (
            <p className="problem" role="alert">
              {failure}
            </p>
          )}
          <p className="hint" data-testid="sound-note">
            {streamed || sentence(playing, over, wanted, recorded ? "file" : library)}
          </p>
        </>
      ) : (
        <p className="empty">This browser has no Web Audio, so this page cannot play music.</p>
      )}
      {children}
    </section>
  );
}

function sentence(playing: SongPush | null, over: boolean, wanted: boolean, from: string): string {
  if (!playing) {
    return wanted ? "A beat at your pulse, until the first song comes." : "The music can start when a song plays.";
  }
  if (over) {
    return wanted
      ? "The song is over, and the music with it. It goes on when the next song comes."
      : "The song is over. The music can start when the next one comes.";
  }
  if (from === "file") return "Your own recording, bent to the tempo as heard; its pitch stays.";
  if (from !== DEMO) {
    return (
      "The recording of this song is not in this browser. What plays is a sketch of it, made in " +
      "this page: drums, bass and chords at its tempo."
    );
  }
  return (
    "A sketch of the demo song, made in this page: drums, bass and chords that follow your pulse. " +
    "It is not a recording."
  );
}
