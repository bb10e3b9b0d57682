import { type RefObject, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";

import { type Asked, isWaiting } from "../workout/asked";
import { workoutTime } from "../workout/clock";
import { type Freshness, freshness } from "../workout/freshness";
import type { Held } from "../session/held";
import { type Position, position } from "../workout/playlist";
import type { State } from "../session/store";
import { onTick, tickTime } from "../session/ticks";

/** What `read` makes of the wall's clock: a plain value, and only another one renders the view. */
export function useTick<Value extends Plain>(read: (now_ms: number) => Value): Value {
  return useSyncExternalStore(onTick, () => read(tickTime()));
}

type Plain = string | number | boolean | null;

/** Whether an answer to what was asked may still come. */
export function useWaiting(asked: Asked<object>): boolean {
  return useTick((now_ms) => isWaiting(asked, now_ms));
}

/** Where the playlist stands. */
export function usePosition({ arrivals, songs, skip }: State): Position {
  const positionAt = (now_ms: number) => position(songs, workoutTime(arrivals, now_ms), skip);
  const slot = useTick((now_ms) => positionAt(now_ms).playing?.slot ?? null);
  const over = useTick((now_ms) => positionAt(now_ms).over);
  const index = songs.findIndex((song) => song.slot === slot);
  return { playing: songs[index] ?? null, next: slot === null ? null : (songs[index + 1] ?? null), over };
}

/** How far the shown heart rate can be trusted, but not since when. */
export function useFreshness(state: State): Freshness["state"] {
  return useTick((now_ms) => freshness(state, now_ms).state);
}

/** The store's state, renewed at every change. */
export function useStore<State>(store: Held<State, never>): State {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Whether the system asks for a dark page. */
export function useDark(): boolean {
  return useMedia(DARK);
}

/** Whether the system asks for a page without motion. */
export function useStill(): boolean {
  return useMedia(STILL);
}

/** Whether the screen is as large as a wall's. */
export function useWall(): boolean {
  return useMedia(WALL);
}

/** Is aborted as the view goes, before anything else happens. */
export function useLeaving(): { readonly current: AbortSignal } {
  const leaving = useRef(new AbortController().signal);
  useLayoutEffect(() => {
    const going = new AbortController();
    leaving.current = going.signal;
    return () => {
      going.abort();
    };
  }, []);
  return leaving;
}

interface FocusKept {
  readonly note: RefObject<HTMLParagraphElement | null>;
  /** The control that has the focus is about to go. */
  readonly keepFocus: () => void;
}

/** Gives the note the focus when a control went as its `words` changed, and had it. */
export function useFocusKept(words: string): FocusKept {
  const note = useRef<HTMLParagraphElement>(null);
  const goes = useRef(false);
  useEffect(() => {
    if (!goes.current || words === "") return;
    goes.current = false;
    if (document.activeElement === document.body) note.current?.focus();
  }, [words]);
  const keepFocus = () => {
    goes.current = true;
  };
  return { note, keepFocus };
}

function useMedia({ subscribe, matches }: Media): boolean {
  return useSyncExternalStore(subscribe, matches);
}

interface Media {
  readonly subscribe: (listener: () => void) => () => void;
  readonly matches: () => boolean;
}

function mediaOf(query: string): Media {
  const list = window.matchMedia(query);
  return {
    subscribe: (listener) => {
      list.addEventListener("change", listener);
      return () => {
        list.removeEventListener("change", listener);
      };
    },
    matches: () => list.matches,
  };
}

const DARK = mediaOf("(prefers-color-scheme: dark)");
const WALL = mediaOf("(min-width: 100rem) and (min-height: 56rem)");
const STILL = mediaOf("(prefers-reduced-motion: reduce)");
