import type { ReactNode } from "react";

import { isWaiting } from "../../workout/asked";
import { type Heard, heardTempo } from "../../workout/heard";
import type { SongPush } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";
import type { Freshness } from "../../workout/freshness";
import { type State, newestHeartRate } from "../../workout/store";
import { duration, heardSentence } from "../../workout/words";
import { Press } from "../Press";
import { Beat } from "./Beat";
import { Fit } from "./Fit";
import { WhyThisSong } from "./WhyThisSong";
import "./NowPlaying.css";

interface Props {
  readonly playing: SongPush | null;
  readonly over: boolean;
  readonly at_ms: number | null;
  readonly heard: Heard | null;
  readonly state: State;
  readonly fresh: Freshness;
  readonly now_ms: number;
  /** Whether who looks may fill the library: on a machine of one's own. */
  readonly local: boolean;
  readonly onSkip: () => void;
  /** What else may be done with the song. */
  readonly children: ReactNode;
}

/** The song that plays: what it is, how long it still does, why it was chosen. */
export function NowPlaying(props: Props) {
  const { playing, over, at_ms, heard, state, fresh, now_ms, local, onSkip, children } = props;
  if (!playing || at_ms === null) return <NothingPlays state={state} local={local} />;
  const left_ms = playing.ends_at_ms - at_ms;
  const skipping =
    state.skip.phase === "asked" && state.skip.slot === playing.slot && isWaiting(state.skip, now_ms);
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
            <Beat
              key={playing.slot}
              tempo={heard && !over ? heardTempo(playing, heard) : null}
              played_ms={at_ms - playing.starts_at_ms}
            />
            tempo
          </span>
          {heard && (
            <span className="heard" data-testid="heard">
              {heardSentence(playing, heard)}
            </span>
          )}
        </p>
      </div>
      {heard && !over && <Fit state={state} fresh={fresh} push={playing} heard={heard} />}
      <Progress playing={playing} left_ms={left_ms} />
      <div className="controls">
        <p>
          {over
            ? "The next song is chosen as soon as a heart rate comes."
            : `${duration(left_ms)} left of ${duration(playing.ends_at_ms - playing.starts_at_ms)}`}
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

function Progress({ playing, left_ms }: { readonly playing: SongPush; readonly left_ms: number }) {
  const length_ms = Math.max(1, playing.ends_at_ms - playing.starts_at_ms);
  const share = Math.min(1, Math.max(0, 1 - left_ms / length_ms));
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label="How much of the song has played"
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={`${duration(left_ms)} left`}
    >
      <div key={playing.slot} style={{ transform: `scaleX(${share})` }} />
    </div>
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
