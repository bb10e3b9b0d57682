import { type ComponentType, type ReactNode, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";

import type { Config } from "../wire/config";
import { keepSource, keptSource } from "../heart/kept";
import { comesFromElsewhere, newestHeartRate } from "../session/store";
import { opinionOf } from "../workout/opinion";
import "./WorkoutPage.css";
import { Announcer } from "./Announcer";
import { ConnectionState } from "./ConnectionState";
import { Icon } from "./Icon";
import { JoinFloor } from "./JoinFloor";
import { NoNetwork } from "./NoNetwork";
import { Notes } from "./Notes";
import { ProblemNote } from "./ProblemNote";
import { useDropped } from "./drop";
import { LiveChart } from "./chart/Chart";
import { Choosing } from "./choosing/Choosing";
import { useSteps } from "./choosing/useSteps";
import { Drag } from "./heart/Drag";
import { HeartRate } from "./heart/HeartRate";
import { Sources } from "./heart/Sources";
import { Start } from "./heart/Start";
import { useSource } from "./heart/useSource";
import { MyMusic } from "./music/MyMusic";
import { MyServer } from "./music/MyServer";
import { Sound } from "./music/Sound";
import { useServer } from "./music/servers";
import { useLibrary, useShelf, useSpare } from "./music/shelves";
import { useMusic } from "./music/useMusic";
import { LastWorkout, OpenPast } from "./past/OpenPast";
import { PlanOfWorkout } from "./plan/PlanStrip";
import { useCues } from "./plan/useCues";
import { Beat } from "./song/Beat";
import { NowPlaying } from "./song/NowPlaying";
import { SongList } from "./song/SongList";
import { SongTools } from "./song/SongTools";
import { Transport } from "./song/Transport";
import { useSkip } from "./song/useSkip";
import { EndNote } from "./summary/EndNote";
import { EndWorkout } from "./summary/EndWorkout";
import type { Props as SummaryProps } from "./summary/Summary";
import { useFreshness, usePosition, useWaiting } from "./hooks";
import { useWorkout } from "./useWorkout";

interface Props {
  readonly config: Config;
  readonly user: string;
  readonly children: ReactNode;
}

/** The workout as it was when the athlete ended it. */
interface Ended extends Pick<SummaryProps, "state" | "at_ms" | "measured"> {
  /** What sums it up. */
  readonly View: ComponentType<SummaryProps>;
}

/** One athlete's workout: live, and summed up when it has ended. */
export function WorkoutPage({ config, user, children }: Props) {
  const { store, state, asks } = useWorkout(config, user);
  const { shelf, trouble } = useShelf(user);
  const served = useServer(user, shelf, state.may_send, asks.sendOwnSongs);
  const dropped = useDropped();
  const [ended, setEnded] = useState<Ended | null>(null);
  const [returned, setReturned] = useState(false);
  if (ended) {
    const { View, ...workout } = ended;
    return (
      <View
        {...workout}
        onBack={() => {
          setEnded(null);
          asks.show(true);
          dropped.forget(); // what began with it was ended, too
          setReturned(true);
        }}
      >
        {state.may_send && (
          <EndNote state={state}>
            <OpenPast asks={asks}>Past workouts</OpenPast>
          </EndNote>
        )}
      </View>
    );
  }
  const end = () => {
    // The page stays as it is until what sums it up is loaded.
    void summaryView().then((View) => {
      const at_ms = asks.time();
      if (at_ms === null) return;
      const [state, measured] = [store.get(), asks.measured()];
      // The source stops with the view, before anything that it measures would begin another workout.
      flushSync(() => {
        setEnded({ View, state, at_ms, measured });
      });
      asks.end(at_ms);
      // After a reload no heart begins to beat again by itself.
      keepSource(user, { way: null, at_ms: asks.newestTime(), begun_ms: 0, dragged: null });
      asks.show(false);
    });
  };
  return (
    <Live {...{ config, user, store, state, asks, shelf, trouble, served, dropped, returned }} onEnd={end}>
      {children}
    </Live>
  );
}

/** Loaded when somebody ends a workout. */
function summaryView(): Promise<ComponentType<SummaryProps>> {
  return import("./summary/Summary").then(
    ({ Summary }) => Summary,
    () => NoSummary,
  );
}

function NoSummary({ children, onBack }: SummaryProps) {
  return (
    <main className="notice">
      <p className="problem" role="alert">
        What sums the workout up could not be loaded. It can when there is a network.
      </p>
      {children}
      <button type="button" onClick={onBack}>
        Done
      </button>
    </main>
  );
}

interface LiveProps extends Props, ReturnType<typeof useWorkout>, ReturnType<typeof useShelf> {
  readonly served: ReturnType<typeof useServer>;
  readonly dropped: ReturnType<typeof useDropped>;
  /** Whether who is here came back from the summary. */
  readonly returned: boolean;
  readonly onEnd: () => void;
}

/** What is needed at a run on one screen, and the rest on a sheet that is pulled up, or beside it. */
function Live(props: LiveProps) {
  const { config, user, store, state, asks, shelf, trouble, served, dropped, returned, onEnd, children } = props;
  const { playing, next, over } = usePosition(state);
  useSpare(store, shelf);
  const { spare } = state;
  const sounds = spare ?? playing;
  const isOver = over && !spare;
  const fresh = useFreshness(state);
  const library = useLibrary(state.settings);
  const [kept] = useState(() => (returned ? null : keptSource(user)));
  const source = useSource({
    user,
    maySend: state.may_send,
    kept,
    onHeartRate: asks.heartRate,
    newestTime: asks.newestTime,
    recordings: dropped.recordings,
    onCadence: (cadence) => {
      const follows = state.settings?.mode === "cadence" && state.change.phase !== "asked";
      if (follows) asks.change({ cadence: Math.round(cadence) });
      return follows;
    },
  });
  const skipNow = () => {
    if (playing && !spare) asks.skip(playing.slot);
  };
  const { recordings } = served;
  const music = useMusic({ store, state, playing: sounds, over: isOver, recordings, onSkip: skipNow });
  const { skip, note } = useSkip({ playing: spare || over ? null : playing, onSkip: skipNow, onLeaving: music.duck });
  const skipping = useWaiting(state.skip) && state.skip.phase === "asked" && state.skip.slot === playing?.slot;
  const rating = useWaiting(state.rate);
  useCues(state);
  useSteps(state, asks.change);
  const heart_rate = newestHeartRate(state);
  const starts = heart_rate === null && source.ways.length === 0;
  const { stage, keepFocus } = useStage(starts, returned);
  const beat = useRef<Animation | null>(null);
  const makeUp = () => {
    keepFocus();
    music.begin();
    source.onMakeUp();
  };
  const newest_ms = state.latest?.at_ms ?? 0;
  const comes = fresh === "live" && comesFromElsewhere(state) && newest_ms > (kept?.at_ms ?? 0);
  return (
    <>
      <header>
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>TempoFit</span>
        </h1>
        {children}
        <ConnectionState status={state.status} onConnect={asks.connect} />
      </header>
      <JoinFloor settings={state.settings} onChange={asks.change} />
      <main className="workout" data-starts={starts}>
        <div className="stage" ref={stage}>
          <div className="problems">
            {state.status.phase !== "replaced" && <NoNetwork maySend={state.may_send} plays={sounds !== null} />}
            <ProblemNote problem={state.problem} />
            <ProblemNote problem={dropped.problem} />
          </div>
          <PlanOfWorkout state={state} />
          {starts && <Start off={!state.may_send} onStart={makeUp} />}
          <HeartRate state={state} beat={beat}>
            {sounds && <Beat key={sounds.slot} state={state} push={sounds} over={isOver} runningRef={beat} />}
          </HeartRate>
          <NowPlaying
            state={state}
            playing={playing}
            next={next}
            over={over}
            local={config.login === undefined}
            note={note}
          >
            {source.ways.includes("made-up") && heart_rate !== null && (
              <Drag heart_rate={heart_rate} onDrag={source.onDrag} />
            )}
            {!starts && (
              <Transport
                push={spare ? null : playing}
                opinion={playing && opinionOf(playing, state.opinions)}
                rating={rating}
                music={music}
                skipOff={!playing || over || spare !== null || skipping}
                onRate={asks.rate}
                onSkip={skip}
              />
            )}
          </NowPlaying>
        </div>
        <div className="sheet">
          <PullUp />
          <LastWorkout state={state} asks={asks} />
          <section className="sources" aria-labelledby="sources">
            <h2 id="sources">{starts ? "Or with your own heart" : "Where the heart rate comes from"}</h2>
            <Sources
              {...source}
              onMakeUp={makeUp}
              off={!state.may_send}
              comes={comes}
              starts={starts}
              isOver={dropped.isOver}
              deployed={config.login !== undefined}
            />
          </section>
          <Sound music={music} library={state.settings?.library ?? null} playing={sounds} over={isOver}>
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
          {playing && !spare && <SongTools push={playing} state={state} asks={asks} />}
          <Choosing state={state} onChange={asks.change} />
          <LiveChart state={state} />
          <SongList
            songs={state.songs}
            playing={playing}
            next={next}
            over={over}
            responsive={state.settings?.responsive ?? false}
          />
          {state.arrivals.length > 0 && (
            <EndWorkout here={source.ways.length > 0} focused={returned} onEnd={onEnd} />
          )}
          {state.may_send && (
            <div className="buttons">
              <OpenPast asks={asks}>Past workouts</OpenPast>
            </div>
          )}
        </div>
      </main>
      <Notes state={state} />
      <Announcer playing={sounds} fresh={fresh} />
    </>
  );
}

/** The stage, which stays in sight of who goes there by keys, and keeps their place as the start goes. */
function useStage(starts: boolean, returned: boolean) {
  const stage = useRef<HTMLDivElement>(null);
  const goes = useRef(returned);
  useEffect(() => {
    const here = stage.current;
    if (goes.current && document.activeElement === document.body) {
      here?.querySelector<HTMLElement>(".primary")?.focus();
    }
    goes.current = false;
    const show = () => {
      if (here?.hasAttribute(TALL)) return;
      if (here?.nextElementSibling?.querySelector(".pull-up")?.checkVisibility()) window.scrollTo(0, 0);
    };
    here?.addEventListener("focusin", show);
    return () => here?.removeEventListener("focusin", show);
  }, [starts]);
  useEffect(() => {
    const here = stage.current;
    if (!here) return undefined;
    const look = () => {
      here.toggleAttribute(TALL, here.offsetHeight > window.innerHeight);
    };
    const resized = new ResizeObserver(look);
    resized.observe(here);
    window.addEventListener("resize", look);
    return () => {
      resized.disconnect();
      window.removeEventListener("resize", look);
    };
  }, []);
  const keepFocus = () => {
    goes.current = true;
  };
  return { stage, keepFocus };
}

/** On a stage that is higher than the window, by large text or many notes: it has to scroll. */
const TALL = "data-tall";

/** Pulls the sheet up, or lets it down again. */
function PullUp() {
  return (
    <button
      type="button"
      className="pull-up"
      onClick={({ currentTarget }) => {
        const isUp = window.scrollY > 0 && currentTarget.getBoundingClientRect().top < window.innerHeight / 2;
        if (isUp) window.scrollTo(0, 0);
        else currentTarget.parentElement?.scrollIntoView();
      }}
    >
      <Icon name="up" />
      Source, music and more
    </button>
  );
}
