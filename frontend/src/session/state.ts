/** What is known of one athlete's workout. */
import type { Status } from "../wire/connection";
import type { Sample, SongPush, TracePoint } from "../wire/messages";
import type { Arrival } from "../workout/clock";
import type { Heard } from "../workout/heard";
import type { Skip } from "../workout/playlist";
import type { Ending, Over } from "./over";
import { NO_WISHES, type Wishes } from "./wishes";

/** A sentence about what went wrong, and when, on the wall's clock. */
export interface Problem {
  readonly sentence: string;
  readonly at_ms: number;
}

export interface State extends Wishes {
  readonly status: Status;
  /** Whether the server has told the session so far, at least once. */
  readonly told: boolean;
  readonly session: number | null;
  readonly stale_after_ms: number;
  readonly latest: TracePoint | null;
  readonly arrivals: readonly Arrival[];
  /** Whether the newest sample is known to be new, and not an old one just read. */
  readonly confirmed: boolean;
  /** Whether the next answer is the first since the socket opened. */
  readonly reopened: boolean;
  /** Oldest first, one point for each time. */
  readonly trace: readonly TracePoint[];
  /** In the order of their slots, one song for each slot. */
  readonly songs: readonly SongPush[];
  /** The page's own song, while no network brings the server's; its slot is below 0. */
  readonly spare: SongPush | null;
  /** How the song that plays, the server's or the spare one, is bent. */
  readonly heard: Heard | null;
  readonly skip: Skip;
  /** The last workout, where somebody ended it; nothing of it is shown any more. */
  readonly over: Over | null;
  readonly ending: Ending;
  readonly problem: Problem | null;
  /** Whether the page's token is that of the athlete it watches, so that it may send. */
  readonly may_send: boolean;
  /** The newest sample of this device, which the server may not have yet. */
  readonly measured: Sample | null;
  /** What this device measured within the longest interval of an average, oldest first. */
  readonly recent: readonly Sample[];
}

export const EMPTY: State = {
  ...NO_WISHES,
  status: { phase: "connecting" },
  told: false,
  session: null,
  stale_after_ms: 20_000,
  latest: null,
  arrivals: [],
  confirmed: false,
  reopened: true,
  trace: [],
  songs: [],
  spare: null,
  heard: null,
  skip: { phase: "none" },
  over: null,
  ending: { phase: "none" },
  problem: null,
  may_send: false,
  measured: null,
  recent: [],
};
