/** One state that is changed by happenings alone, for views that follow it. */

export interface Held<State, Happening> {
  readonly get: () => State;
  readonly dispatch: (happening: Happening) => void;
  /** Calls `listener` after every change; returns what ends that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Holds a state, `first` at first, and what `reduce` makes of it with each happening. */
export function hold<State, Happening>(
  reduce: (state: State, happening: Happening) => State,
  first: State,
): Held<State, Happening> {
  let state = first;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    dispatch: (happening) => {
      state = reduce(state, happening);
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
