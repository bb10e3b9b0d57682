import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";

import { workoutTime } from "../clock";
import type { Config } from "../config";
import { heardNow } from "../heard";
import type { Opinion, Sample, Settings } from "../messages";
import { position } from "../playlist";
import { freshness } from "../pulse";
import type { Moment } from "../source";
import { type Problem, type State, comesFromElsewhere, createStore, newestTime } from "../store";
import { samplesOf } from "../summary";
import { type Watch, watch } from "../watch";
import { Announcer } from "./Announcer";
import { Chart } from "./Chart";
import { Choosing } from "./Choosing";
import { ConnectionState } from "./ConnectionState";
import { EndWorkout } from "./EndWorkout";
import { HeartRate } from "./HeartRate";
import { MyMusic } from "./MyMusic";
import { NextSong } from "./NextSong";
import { NoNetwork } from "./NoNetwork";
import { Notes } from "./Notes";
import { NowPlaying } from "./NowPlaying";
import { SongList } from "./SongList";
import { SongTools } from "./SongTools";
import { Sound } from "./Sound";
import { Sources } from "./Sources";
import { SpareSong } from "./SpareSong";
import { Summary } from "./Summary";
import { useNow, useStore } from "./hooks";
import { useShelf, useSpare } from "./shelves";

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
