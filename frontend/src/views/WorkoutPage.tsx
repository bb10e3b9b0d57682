import { type ReactNode, useState } from "react";

import type { Config } from "../wire/config";
import type { Sample } from "../wire/messages";
import { type State, comesFromElsewhere } from "../session/store";
import { samplesOf } from "../workout/summary";
import "./WorkoutPage.css";
import { Announcer } from "./Announcer";
import { ConnectionState } from "./ConnectionState";
import { NoNetwork } from "./NoNetwork";
import { Notes } from "./Notes";
import { ProblemNote } from "./ProblemNote";
import { useDropped } from "./drop";
import { LiveChart } from "./chart/Chart";
import { Choosing } from "./choosing/Choosing";
import { HeartRate } from "./heart/HeartRate";
import { Sources } from "./heart/Sources";
import { MyMusic } from "./music/MyMusic";
import { MyServer } from "./music/MyServer";
import { Sound } from "./music/Sound";
import { useServer } from "./music/servers";
import { useLibrary, useShelf, useSpare } from "./music/shelves";
import { NextSong } from "./song/NextSong";
import { NowPlaying } from "./song/NowPlaying";
import { SongList } from "./song/SongList";
import { SongTools } from "./song/SongTools";
import { SpareSong } from "./song/SpareSong";
import { EndWorkout } from "./summary/EndWorkout";
import { Summary } from "./summary/Summary";
import { useFreshness, usePosition } from "./hooks";
import { useWorkout } from "./useWorkout";

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
  const { store, state, asks } = useWorkout(config, user);
  const { playing, next, over } = usePosition(state);
  const { shelf, trouble } = useShelf(user);
  useSpare(store, shelf);
  const served = useServer(user, shelf, state.may_send, asks.sendOwnSongs);
  const { spare } = state;
  const sounds = spare ?? playing;
  const fresh = useFreshness(state);
  const library = useLibrary(state.settings);
  const [inUse, setInUse] = useState(false);
  const dropped = useDropped();
  const skipPlaying = () => {
    if (playing && !spare) asks.skip(playing.slot);
  };

  const [ended, setEnded] = useState<Ended | null>(null);
  const [returned, setReturned] = useState(false);
  if (ended) {
    return (
      <Summary
        {...ended}
        onBack={() => {
          setEnded(null);
          asks.show(true);
          dropped.forget(); // what began with it was ended, too
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
        <ConnectionState status={state.status} onConnect={asks.connect} />
      </header>
      {state.status.phase !== "replaced" && <NoNetwork maySend={state.may_send} />}
      <main>
        <ProblemNote problem={state.problem} />
        <ProblemNote problem={dropped.problem} />
        <HeartRate state={state} />
        {spare ? (
          <SpareSong state={state} push={spare} />
        ) : (
          <NowPlaying
            playing={playing}
            over={over}
            state={state}
            local={config.login === undefined}
            onSkip={skipPlaying}
          >
            {playing && <SongTools push={playing} state={state} asks={asks} />}
          </NowPlaying>
        )}
        <NextSong next={next} playing={playing} over={over} />
        <section className="sources card" aria-label="Where the heart rate comes from">
          <Sources
            maySend={state.may_send}
            comes={fresh === "live" && comesFromElsewhere(state)}
            onHeartRate={asks.heartRate}
            newestTime={asks.newestTime}
            deployed={config.login !== undefined}
            recordings={dropped.recordings}
            isOver={dropped.isOver}
            onUse={setInUse}
          />
        </section>
        <Sound
          store={store}
          state={state}
          playing={sounds}
          over={over && !spare}
          recordings={served.recordings}
          onSkip={skipPlaying}
        >
          <MyMusic
            store={store}
            state={state}
            shelf={shelf}
            trouble={trouble}
            dropped={dropped.music}
            library={library}
            sendOwnSongs={asks.sendOwnSongs}
            onLibrary={asks.playFrom}
          />
          <MyServer
            state={state}
            shelf={shelf}
            served={served}
            library={library}
            onLibrary={asks.playFrom}
          />
        </Sound>
        {state.arrivals.length > 0 && (
          <EndWorkout
            live={fresh === "live"}
            here={inUse}
            focused={returned}
            onEnd={() => {
              const at_ms = asks.time();
              if (at_ms === null) return;
              setEnded({ state, at_ms, samples: samplesOf(state, asks.measured()) });
              asks.show(false);
            }}
          />
        )}
        <Choosing state={state} onChange={asks.change} />
        <LiveChart state={state} />
        <SongList
          songs={state.songs}
          playing={playing}
          next={next}
          responsive={state.settings?.responsive ?? false}
        />
      </main>
      <Notes state={state} />
      <Announcer playing={sounds} fresh={fresh} />
    </>
  );
}
