import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from "react";

import type { Held } from "../workout/held";

/** The wall's clock, renewed every `every_ms`. */
export function useNow(every_ms: number): number {
  const [now_ms, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, every_ms);
    return () => {
      clearInterval(timer);
    };
  }, [every_ms]);
  return now_ms;
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

/** Is aborted when the view goes. */
export function useLeaving(): { readonly current: AbortSignal } {
  const leaving = useRef(new AbortController().signal);
  useEffect(() => {
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

/** Gives the note the focus when a control that went has lost it. */
export function useFocusKept(): FocusKept {
  const note = useRef<HTMLParagraphElement>(null);
  const goes = useRef(false);
  useEffect(() => {
    if (!goes.current || !note.current?.textContent) return;
    goes.current = false;
    if (document.activeElement === document.body) note.current.focus();
  });
  const keepFocus = () => {
    goes.current = true;
  };
  return { note, keepFocus };
}

function useMedia(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener("change", listener);
      return () => {
        query.removeEventListener("change", listener);
      };
    },
    () => query.matches,
  );
}

const DARK = window.matchMedia("(prefers-color-scheme: dark)");
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
