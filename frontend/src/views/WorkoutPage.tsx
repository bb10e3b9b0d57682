import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";

import { workoutTime } from "../workout/clock";
import type { Config } from "../wire/config";
import { heardNow } from "../music/heard";
import type { Opinion, Sample, Settings } from "../wire/messages";
import { position } from "../workout/playlist";
import { freshness } from "../workout/freshness";
import type { Moment } from "../heart/source";
import { type Problem, type State, comesFromElsewhere, createStore, newestTime } from "../workout/store";
import { samplesOf } from "../workout/summary";
import { type Watch, watch } from "../workout/watch";
import { Announcer } from "./Announcer";
import { Chart } from "./chart/Chart";
import { Choosing } from "./choosing/Choosing";
import { ConnectionState } from "./ConnectionState";
import { EndWorkout } from "./summary/EndWorkout";
import { HeartRate } from "./heart/HeartRate";
import { MyMusic } from "./music/MyMusic";
import { NextSong } from "./song/NextSong";
import { NoNetwork } from "./NoNetwork";
import { Notes } from "./Notes";
import { NowPlaying } from "./song/NowPlaying";
import { SongList } from "./song/SongList";
import { SongTools } from "./song/SongTools";
import { Sound } from "./music/Sound";
import { Sources } from "./heart/Sources";
import { SpareSong } from "./song/SpareSong";
import { Summary } from "./summary/Summary";
import { useNow, useStore } from "./hooks";
import { useShelf, useSpare } from "./music/shelves";

const TICK_MS = 250;
const PROBLEM_SHOWN_MS = 15_000;

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
  const [store] = useState(createStore);
  const watching = useRef<Watch | null>(null);
  useEffect(() => {
    const started = watch(config, user, store);
    watching.current = started;
    return started.stop;
  }, [config, user, store]);

  const state = useStore(store);
  const now_ms = Math.max(useNow(TICK_MS), state.arrivals.at(-1)?.came_ms ?? 0);
  const at_ms = workoutTime(state.arrivals, now_ms);
  const place = position(state.songs, at_ms, state.skip);
  const { playing, next, over } = place;
  const { shelf, trouble } = useShelf(user);
  const spare = useSpare(state, place, at_ms, shelf);
  const sounds = spare ?? playing;
  const heard = sounds && at_ms !== null ? heardNow(state, sounds, at_ms) : null;
  const fresh = freshness(state, now_ms);
  const skipPlaying = () => {
    if (playing && !spare && at_ms !== null) watching.current?.skip(playing.slot, at_ms);
  };
  const change = (wish: Partial<Settings>) => {
    if (state.settings) watching.current?.change({ ...state.settings, ...wish });
  };
  const beat = useCallback((heart_rate: number, moment?: Moment) => {
    watching.current?.heartRate(heart_rate, moment);
  }, []);
  const newest = useCallback(() => newestTime(store.get()), [store]);
  const rate = (opinion: Opinion) => {
    if (playing) watching.current?.rate(playing.song.id, opinion);
  };

  const playFrom = (library: string) => {
    if (!state.settings) return;
    if (state.session === null) watching.current?.begin({ ...state.settings, library });
    else change({ library });
  };
  const collect = useCallback<Watch["collect"]>((songs, remove, onTaken) => {
    if (!watching.current) return Promise.reject(new Error("The page is being left."));
    return watching.current.collect(songs, remove, onTaken);
  }, []);

  const [ended, setEnded] = useState<Ended | null>(null);
  const [returned, setReturned] = useState(false);
  if (ended) {
    return (
      <Summary
        {...ended}
        onBack={() => {
          setEnded(null);
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
            onSkip={skipPlaying}
          >
            {playing && heard && (
              <SongTools
                push={playing}
                heard={heard}
                state={state}
                now_ms={now_ms}
                onRate={rate}
                onChange={change}
              />
            )}
          </NowPlaying>
        )}
        <NextSong next={next} playing={playing} over={over} />
        <section className="sources card" aria-label="Where the heart rate comes from">
          <Sources
            maySend={state.may_send}
            comes={fresh.state === "live" && comesFromElsewhere(state)}
            onHeartRate={beat}
            newestTime={newest}
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
            collect={collect}
            onLibrary={playFrom}
          />
        </Sound>
        {at_ms !== null && (
          <EndWorkout
            live={fresh.state === "live"}
            here={state.measured !== null && !comesFromElsewhere(state)}
            focused={returned}
            onEnd={() => {
              setEnded({ state, at_ms, samples: samplesOf(state, watching.current?.measured() ?? []) });
            }}
          />
        )}
        <Choosing state={state} now_ms={now_ms} onChange={change} />
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

/** What went wrong, as long as it is new. */
export function ProblemNote({ problem, now_ms }: { problem: Problem | null; now_ms: number }) {
  if (!problem || now_ms - problem.at_ms > PROBLEM_SHOWN_MS) return null;
  return <p className="problem" role="alert">{problem.sentence}</p>;
}
