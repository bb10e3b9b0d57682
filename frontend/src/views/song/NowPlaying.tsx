import type { ReactNode } from "react";

import type { SongPush } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";
import { type State, newestHeartRate } from "../../session/store";
import { duration } from "../../workout/words";
import { Press } from "../Press";
import { useWaiting } from "../hooks";
import { Beat } from "./Beat";
import { Fit } from "./Fit";
import { HeardTempo, Progress, TimeLeft } from "./Playtime";
import { WhyThisSong } from "./WhyThisSong";
import "./Song.css";
import "./NowPlaying.css";

interface Props {
  readonly playing: SongPush | null;
  readonly over: boolean;
  readonly state: State;
  /** Whether who looks may fill the library: on a machine of one's own. */
  readonly local: boolean;
  readonly onSkip: () => void;
  /** What else may be done with the song. */
  readonly children: ReactNode;
}

/** The song that plays: what it is, how long it still does, why it was chosen. */
export function NowPlaying(props: Props) {
  const { playing, over, state, local, onSkip, children } = props;
  const waiting = useWaiting(state.skip);
  if (!playing) return <NothingPlays state={state} local={local} />;
  const skipping = waiting && state.skip.phase === "asked" && state.skip.slot === playing.slot;
  return (
    <section className="now-playing card" aria-labelledby="playing" data-slot={playing.slot} data-testid="playing">
      <h2 id="playing">{over ? "Just ended" : "Now playing"}</h2>
      <div className="song">
        <div>
          <p className="title" data-testid="playing-title">
            {playing.song.title}
          </p>
          <p className="artist">{playing.song.artist}</p>
        </div>
        <p className="tempo">
          <strong data-testid="playing-tempo">{Math.round(feltTempo(playing))}</strong>
          <span className="beating">
            <Beat key={playing.slot} state={state} push={playing} over={over} />
            tempo
          </span>
          <span className="heard" data-testid="heard">
            <HeardTempo state={state} push={playing} />
          </span>
        </p>
      </div>
      {!over && <Fit state={state} push={playing} />}
      <Progress state={state} push={playing} />
      <div className="controls">
        <p>
          {over ? (
            "The next song is chosen as soon as a heart rate comes."
          ) : (
            <>
              <TimeLeft state={state} push={playing} /> left of{" "}
              {duration(playing.ends_at_ms - playing.starts_at_ms)}
            </>
          )}
        </p>
        <Press off={skipping || over} onPress={onSkip}>
          Skip
        </Press>
      </div>
      {children}
      <WhyThisSong push={playing} />
    </section>
  );
}

function NothingPlays({ state, local }: Pick<Props, "state" | "local">) {
  return (
    <section className="now-playing card" aria-labelledby="playing">
      <h2 id="playing">Now playing</h2>
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
    </section>
  );
}

function emptySentence(state: State): string {
  if (!state.told) return "Asking for the workout…";
  if (newestHeartRate(state) === null) return "No heart rate yet. The first song comes with the first heart rates.";
  return "No song yet. The first one is being chosen.";
}
