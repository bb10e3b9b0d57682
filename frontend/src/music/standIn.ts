/** Keeps a spare song in the store for as long as the network is gone and the songs have run out. */
import { OWN, type SongPush } from "../wire/messages";
import type { Shelf, ShelfSong } from "../ownSongs/shelf";
import { workoutTime } from "../workout/clock";
import { position } from "../workout/playlist";
import { type State, type Store, effortOf } from "../session/store";
import { targetNow } from "../workout/target";
import { onTick, tickTime } from "../session/ticks";
import { type Choice, choicesOf, spareSong } from "./spare";

/** Looks at every tick and every change whether one is needed; returns what ends that. */
export function keepSpare(store: Store, shelf: Shelf): () => void {
  const look = () => {
    const state = store.get();
    const push = spareNow(state, shelf.songs(), tickTime());
    if (push !== state.spare) store.dispatch({ kind: "spare", push });
  };
  const ends = [store.subscribe(look), shelf.subscribe(look), onTick(look)];
  look();
  return () => {
    for (const end of ends) end();
  };
}

/** The spare song at `now_ms` on the wall; null where none is needed. */
export function spareNow(
  state: State,
  shelf: readonly ShelfSong[],
  now_ms: number,
): SongPush | null {
  const at_ms = workoutTime(state.arrivals, now_ms);
  const { playing, over } = position(state.songs, at_ms, state.skip);
  if (!playing || at_ms === null) return null;
  const own = state.settings?.library === OWN ? ofShelf(shelf, state) : [];
  return spareSong(state.spare, {
    playing,
    over,
    connected: state.status.phase === "open",
    at_ms,
    choices: own.length > 0 ? own : choicesOf(state.songs, state.opinions),
    target: targetNow(effortOf(state), playing),
  });
}

/** The person's own word on a tempo counts, and what they dislike does not play. */
function ofShelf(songs: readonly ShelfSong[], { opinions }: State): readonly Choice[] {
  return songs
    .filter(({ id }) => opinions.get(id)?.liked !== false)
    .map(({ id, title, artist, tempo, duration_seconds }) => ({
      id,
      title,
      artist,
      tempo: opinions.get(id)?.tempo ?? tempo,
      duration_ms: duration_seconds * 1000,
    }));
}
