import { type ReactNode, useState } from "react";

import { heardNow } from "../workout/heard";
import type { Config } from "../wire/config";
import type { Sample } from "../wire/messages";
import { freshness } from "../workout/freshness";
import { position } from "../workout/playlist";
import { type State, comesFromElsewhere, effortOf } from "../workout/store";
import { samplesOf } from "../workout/summary";
import { Announcer } from "./Announcer";
import { ConnectionState } from "./ConnectionState";
import { NoNetwork } from "./NoNetwork";
import { Notes } from "./Notes";
import { ProblemNote } from "./ProblemNote";
import { useDropped } from "./drop";
import { Chart } from "./chart/Chart";
import { Choosing } from "./choosing/Choosing";
import { HeartRate } from "./heart/HeartRate";
import { Sources } from "./heart/Sources";
import { MyMusic } from "./music/MyMusic";
import { Sound } from "./music/Sound";
import { useLibrary, useShelf, useSpare } from "./music/shelves";
import { NextSong } from "./song/NextSong";
import { NowPlaying } from "./song/NowPlaying";
import { SongList } from "./song/SongList";
import { SongTools } from "./song/SongTools";
import { SpareSong } from "./song/SpareSong";
import { EndWorkout } from "./summary/EndWorkout";
import { Summary } from "./summary/Summary";
import { useWorkout } from "./workout";

interface Props {
  readonly config: Config;
  readonly user: string;
  readonly children: ReactNode;
}

/** The workout as it was when the athlete ended it. */
interface Ended {
  readonly state: State;
  readonly at_ms: number;
  readonly samples: readonly Sample[];
}

/** One athlete's workout, live. */
export function WorkoutPage({ config, user, children }: Props) {
  const { state, now_ms, at_ms, asks } = useWorkout(config, user);
  const place = position(state.songs, at_ms, state.skip);
  const { playing, next, over } = place;
  const { shelf, trouble } = useShelf(user);
  const spare = useSpare(state, place, at_ms, shelf, asks.spare);
  const sounds = spare ?? playing;
  const effort = { ...effortOf(state), heard: state.heard };
  const heard = sounds && at_ms !== null ? heardNow(effort, sounds, at_ms) : null;
  const fresh = freshness(state, now_ms);
  const library = useLibrary(state.settings);
  const [inUse, setInUse] = useState(false);
  const { dropped, isOver, forget } = useDropped();
  const skipPlaying = () => {
    if (playing && !spare && at_ms !== null) asks.skip(playing.slot, at_ms);
  };

  const [ended, setEnded] = useState<Ended | null>(null);
  const [returned, setReturned] = useState(false);
  if (ended) {
    return (
      <Summary
        {...ended}
        onBack={() => {
          setEnded(null);
          forget(); // what began with it was ended, too
          setReturned(true);
        }}
      />
    );
  }

  return (
    <>
      <header>
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" />
          TempoFit
        </h1>
        {children}
        <ConnectionState status={state.status} now_ms={now_ms} />
      </header>
      <NoNetwork maySend={state.may_send} />
      <main>
        <ProblemNote problem={state.problem} now_ms={now_ms} />
        <ProblemNote problem={dropped.sentence ? dropped : null} now_ms={now_ms} />
        <HeartRate state={state} fresh={fresh} />
        {spare && heard && at_ms !== null ? (
          <SpareSong push={spare} heard={heard} at_ms={at_ms} />
        ) : (
          <NowPlaying
            playing={playing}
            over={over}
            at_ms={at_ms}
            heard={heard}
            state={state}
            fresh={fresh}
            now_ms={now_ms}
            local={config.login === undefined}
            onSkip={skipPlaying}
          >
            {playing && heard && (
              <SongTools push={playing} heard={heard} state={state} now_ms={now_ms} asks={asks} />
            )}
          </NowPlaying>
        )}
        <NextSong next={next} playing={playing} over={over} />
        <section className="sources card" aria-label="Where the heart rate comes from">
          <Sources
            maySend={state.may_send}
            comes={fresh.state === "live" && comesFromElsewhere(state)}
            onHeartRate={asks.heartRate}
            newestTime={asks.newestTime}
            deployed={config.login !== undefined}
            recording={dropped.recording}
            isOver={isOver}
            onUse={setInUse}
          />
        </section>
        <Sound
          state={state}
          playing={sounds}
          over={over && !spare}
          heard={heard}
          shelf={shelf}
          onSkip={skipPlaying}
        >
          <MyMusic
            state={state}
            shelf={shelf}
            trouble={trouble}
            dropped={dropped.music}
            library={library}
            collect={asks.collect}
            onLibrary={asks.playFrom}
          />
        </Sound>
        {at_ms !== null && (
          <EndWorkout
            live={fresh.state === "live"}
            here={inUse}
            focused={returned}
            onEnd={() => {
              setEnded({ state, at_ms, samples: samplesOf(state, asks.measured()) });
            }}
          />
        )}
        <Choosing state={state} now_ms={now_ms} onChange={asks.change} />
        <Chart state={state} at_ms={at_ms} />
        <SongList
          songs={state.songs}
          playing={playing}
          next={next}
          responsive={state.settings?.responsive ?? false}
        />
      </main>
      <Notes state={state} now_ms={now_ms} />
      <Announcer playing={sounds} fresh={fresh} />
    </>
  );
}
