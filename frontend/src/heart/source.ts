/** Where this device's heart rate comes from, one source at a time. */

export type Way = "strap" | "made-up" | "file" | "service";

/** When a heart rate was measured, and when it came; a replay runs faster than life. */
export interface Moment {
  /** Epoch ms, in the workout's time. */
  readonly at_ms: number;
  /** Epoch ms, on the wall. */
  readonly came_ms: number;
  /** Seconds of workout in a second of life. */
  readonly speed: number;
}

/** How far a recording has been played; `speed` is what it is played at now. */
export interface Progress {
  readonly at_seconds: number;
  readonly of_seconds: number;
  readonly speed: number;
  /** Where a pause of the recording ends that is long enough to be skipped; absent outside of one. */
  readonly paused_until_seconds?: number;
}

/** What a source does; `sentence` says it in words, or is empty. */
export type SourceStatus =
  | { readonly phase: "off" | "failed"; readonly sentence: string }
  | InUse;

/** `warning`: in use, but something stands in its way. */
export interface InUse {
  readonly phase: "beginning" | "on" | "warning";
  readonly way: Way;
  readonly sentence: string;
  readonly progress?: Progress;
  /** The workouts that a file holds, where one has to be chosen. */
  readonly choices?: readonly string[];
}

export const OFF: SourceStatus = { phase: "off", sentence: "" };

export interface SourceListener {
  onStatus(status: SourceStatus): void;
  /** Beats a minute; of now, unless a moment is given. */
  onHeartRate(heart_rate: number, moment?: Moment): void;
}

/** A source that has begun. */
export interface Running {
  stop(): void;
}

/** What a chunk that is loaded when it is needed begins with `begin`; `failed`, where it does not come. */
export function later<Loaded>(
  loading: Promise<Loaded>,
  begin: (loaded: Loaded) => Running,
  failed: (sentence: string) => void,
): Running {
  let running: Running | null = null;
  let stopped = false;
  loading.then(
    (loaded) => {
      if (!stopped) running = begin(loaded);
    },
    () => {
      if (!stopped) failed("What is needed for this could not be loaded. Try again with a connection.");
    },
  );
  return {
    stop: () => {
      stopped = true;
      running?.stop();
    },
  };
}

/** What is in use; null where nothing is. */
export function wayInUse(status: SourceStatus): Way | null {
  return "way" in status ? status.way : null;
}

/** Holds the source that is in use; another one takes its place. */
export class Source {
  private running: Running | null = null;
  /** Counts what was begun, so that nothing late of it is taken for what came after. */
  private turn = 0;

  constructor(private readonly listener: SourceListener) {}

  use(begin: (listener: SourceListener) => Running): void {
    const turn = this.leave();
    this.running = begin({
      onStatus: (status) => {
        if (turn === this.turn) this.listener.onStatus(status);
      },
      onHeartRate: (heart_rate, moment) => {
        if (turn === this.turn) this.listener.onHeartRate(heart_rate, moment);
      },
    });
  }

  stop(): void {
    this.leave();
    this.listener.onStatus(OFF);
  }

  private leave(): number {
    this.turn += 1;
    this.running?.stop();
    this.running = null;
    return this.turn;
  }
}
