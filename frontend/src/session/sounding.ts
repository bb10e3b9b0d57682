/** What sounds at a moment: the server's song, or the page's own in its place. */
import { workoutTime } from "../workout/clock";
import { type Heard, heardNow } from "../workout/heard";
import type { SongPush } from "../wire/messages";
import { position } from "../workout/playlist";
import { type State, effortOf } from "./store";

export interface Sounding {
  readonly push: SongPush;
  readonly heard: Heard;
  /** Whether its time is over and no other song is known. */
  readonly over: boolean;
}

/** What sounds at `now_ms` on the wall; null before the first song. */
export function soundingAt(state: State, now_ms: number): Sounding | null {
  const at_ms = workoutTime(state.arrivals, now_ms);
  const { playing, over } = position(state.songs, at_ms, state.skip);
  const push = state.spare ?? playing;
  const heard = push && heardAt(state, push, now_ms);
  return heard && { push, heard, over: over && !state.spare };
}

/** How `push` sounds at `now_ms` on the wall; null before a heart rate came. */
export function heardAt(state: State, push: SongPush, now_ms: number): Heard | null {
  const at_ms = workoutTime(state.arrivals, now_ms);
  if (at_ms === null) return null;
  return heardNow({ ...effortOf(state), heard: state.heard }, push, at_ms);
}
