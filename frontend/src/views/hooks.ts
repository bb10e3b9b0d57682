import { useEffect, useState, useSyncExternalStore } from "react";

import type { Held } from "../held";

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
  return useSyncExternalStore(
    (listener) => {
      DARK.addEventListener("change", listener);
      return () => {
        DARK.removeEventListener("change", listener);
      };
    },
    () => DARK.matches,
  );
}

const DARK = window.matchMedia("(prefers-color-scheme: dark)");
