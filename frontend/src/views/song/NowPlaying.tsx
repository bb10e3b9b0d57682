import type { ReactNode } from "react";

import type { SongPush } from "../../wire/messages";
import { type State, newestHeartRate } from "../../session/store";
import { duration } from "../../workout/words";
import { Cover } from "./Cover";
import { NextSong } from "./NextSong";
import { Progress, TimeLeft } from "./Playtime";
import { Sync } from "./Sync";
import "./Song.css";
import "./NowPlaying.css";

interface Props {
  readonly state: State;
  readonly playing: SongPush | null;
  readonly next: SongPush | null;
  /** Whether the playing song's time is over and no other is known. */
  readonly over: boolean;
  /** Whether who looks may fill the library: on a machine of one's own. */
  readonly local: boolean;
  /** What is said in place of the next song; null where nothing is. */
  readonly note: ReactNode;
  /** What may be done with the song. */
  readonly children: ReactNode;
}

/** The song that plays: what it is, how long it still does, whether it is in sync, and what follows. */
export function NowPlaying({ state, playing, next, over, local, note, children }: Props) {
  const { spare } = state;
  const push = spare ?? playing;
  return (
    <section
      className="now-playing"
      aria-labelledby="playing"
      data-slot={spare ? undefined : playing?.slot}
      data-testid={spare ? "spare" : playing ? "playing" : undefined}
    >
      <div className="head">
        <h2 id="playing">{spare ? SPARE : over ? "Just ended" : "Now playing"}</h2>
        {push && !(over && !spare) && (
          <p>
            <TimeLeft state={state} push={push} /> left of {duration(push.ends_at_ms - push.starts_at_ms)}
          </p>
        )}
      </div>
      {push ? <Song state={state} push={push} over={over && !spare} /> : <NothingPlays state={state} local={local} />}
      {note ?? (push && !spare && <NextSong next={next} over={over} />)}
      {children}
    </section>
  );
}

const SPARE = "Spare song, until the connection is back";

function Song({ state, push, over }: { readonly state: State; readonly push: SongPush; readonly over: boolean }) {
  return (
    <>
      <div className="song">
        <Cover id={push.song.id} />
        <div>
          <p className="title" data-testid={push.slot < 0 ? undefined : "playing-title"}>
            {push.song.title}
          </p>
          <p className="artist">{push.song.artist}</p>
        </div>
      </div>
      <Progress state={state} push={push} />
      <Sync state={state} push={push} over={over} />
    </>
  );
}

function NothingPlays({ state, local }: Pick<Props, "state" | "local">) {
  return (
    <>
      <p className="empty">{emptySentence(state)}</p>
      {state.told && state.latest && (
        <p className="hint">
          If none comes, there may be no songs to choose from.{" "}
          {local ? (
            <>
              Fill the library with <code>tempofit songs demo</code>
            </>
          ) : (
            "Ask whoever runs this TempoFit."
          )}
        </p>
      )}
    </>
  );
}

function emptySentence(state: State): string {
  if (!state.told) return "Asking for the workout…";
  if (newestHeartRate(state) === null) return "No heart rate yet. The first song comes with the first heart rates.";
  if (state.status.phase !== "open") return "No song yet. The first one comes when the page has connected.";
  return "No song yet. The first one is being chosen.";
}
