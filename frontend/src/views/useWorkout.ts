/** One athlete's workout, as the views follow it, and what they may ask of it. */
import { useEffect, useMemo, useRef, useState } from "react";

import type { Moment } from "../heart/source";
import type { Config } from "../wire/config";
import type { Opinion, Sample, Settings } from "../wire/messages";
import { workoutTime } from "../workout/clock";
import { type State, type Store, createStore, newestTime } from "../session/store";
import { type Watch, watch } from "../session/watch";
import { useStore } from "./hooks";

/** The same functions each time. */
export interface Asks {
  readonly skip: (slot: number) => void;
  /** Changes these settings and leaves the others, now or for the session that comes. */
  readonly change: (wish: Partial<Settings>) => void;
  /** Ends the workout at a time of it, epoch ms. */
  readonly end: (at_ms: number) => void;
  readonly history: Watch["history"];
  readonly past: Watch["past"];
  readonly rate: (song_id: string, opinion: Opinion) => void;
  /** Plays from a library from now on, or from the start of the next session. */
  readonly playFrom: (library: string) => void;
  readonly sendOwnSongs: Watch["sendOwnSongs"];
  readonly connect: () => void;
  /** Whether the workout is shown, or its summary. */
  readonly show: (shown: boolean) => void;
  readonly heartRate: (heart_rate: number, moment?: Moment) => void;
  readonly newestTime: () => number;
  readonly measured: () => readonly Sample[];
  /** The workout's time, epoch ms; null before a heart rate came. */
  readonly time: () => number | null;
}

interface Followed {
  readonly store: Store;
  readonly state: State;
  readonly asks: Asks;
}

/** Follows the workout of `user` as long as the view is there. */
export function useWorkout(config: Config, user: string): Followed {
  const [store] = useState(createStore);
  const watching = useRef<Watch | null>(null);
  useEffect(() => {
    const started = watch(config, user, store);
    watching.current = started;
    return started.stop;
  }, [config, user, store]);
  const asks = useMemo<Asks>(() => {
    const choose = (wish: Partial<Settings>) => {
      const { settings, session } = store.get();
      if (!settings) return;
      if (session === null) watching.current?.begin({ ...settings, ...wish });
      else watching.current?.change({ ...settings, ...wish });
    };
    const time = () => workoutTime(store.get().arrivals, Date.now());
    return {
      skip: (slot) => {
        const at_ms = time();
        if (at_ms !== null) watching.current?.skip(slot, at_ms);
      },
      change: choose,
      end: (at_ms) => watching.current?.end(at_ms),
      history: (before_ms) => watching.current?.history(before_ms) ?? left(),
      past: (session) => watching.current?.past(session) ?? left(),
      rate: (song_id, opinion) => watching.current?.rate(song_id, opinion),
      playFrom: (library) => {
        choose({ library });
      },
      sendOwnSongs: (songs, remove, onTaken) =>
        watching.current?.sendOwnSongs(songs, remove, onTaken) ?? left(),
      connect: () => watching.current?.connect(),
      show: (shown) => watching.current?.show(shown),
      heartRate: (heart_rate, moment) => watching.current?.heartRate(heart_rate, moment),
      newestTime: () => newestTime(store.get()),
      measured: () => watching.current?.measured() ?? [],
      time,
    };
  }, [store]);
  return { store, state: useStore(store), asks };
}

function left(): Promise<never> {
  return Promise.reject(new Error("The page is being left."));
}
