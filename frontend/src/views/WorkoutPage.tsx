import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";

import { workoutTime } from "../clock";
import type { Config } from "../config";
import { heardNow } from "../heard";
import type { Opinion, Settings } from "../messages";
import { position } from "../playlist";
import { freshness } from "../pulse";
import type { Moment } from "../source";
import { type Problem, comesFromElsewhere, createStore, newestTime } from "../store";
import { type Watch, watch } from "../watch";
import { Announcer } from "./Announcer";
import { Chart } from "./Chart";
import { Choosing } from "./Choosing";
import { ConnectionState } from "./ConnectionState";
import { HeartRate } from "./HeartRate";
import { NextSong } from "./NextSong";
import { Notes } from "./Notes";
import { NowPlaying } from "./NowPlaying";
import { SongList } from "./SongList";
import { SongTools } from "./SongTools";
import { Sound } from "./Sound";
import { Sources } from "./Sources";
import { useNow, useStore } from "./hooks";

const TICK_MS = 250;
const PROBLEM_SHOWN_MS = 15_000;

interface Props {
  readonly config: Config;
  readonly user: string;
  readonly children: ReactNode;
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
  const { playing, next, over } = position(state.songs, at_ms, state.skip);
  const heard = playing && at_ms !== null ? heardNow(state, playing, at_ms) : null;
  const fresh = freshness(state, now_ms);
  const skipPlaying = () => {
    if (playing && at_ms !== null) watching.current?.skip(playing.slot, at_ms);
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
      <main>
        <ProblemNote problem={state.problem} now_ms={now_ms} />
        <HeartRate state={state} fresh={fresh}>
          <Sources
            maySend={state.may_send}
            comes={fresh.state === "live" && comesFromElsewhere(state)}
            onHeartRate={beat}
            newestTime={newest}
          />
        </HeartRate>
        <NowPlaying
          playing={playing}
          over={over}
          at_ms={at_ms}
          heard={heard}
          state={state}
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
        <NextSong next={next} playing={playing} over={over} />
        <Sound state={state} playing={playing} over={over} heard={heard} onSkip={skipPlaying} />
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
      <Announcer playing={playing} fresh={fresh} />
    </>
  );
}

function ProblemNote({ problem, now_ms }: { problem: Problem | null; now_ms: number }) {
  if (!problem || now_ms - problem.at_ms > PROBLEM_SHOWN_MS) return null;
  return <p className="problem" role="alert">{problem.sentence}</p>;
}
