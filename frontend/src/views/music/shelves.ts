/** The shelf and the spare song, as the views use them. */
import { useEffect, useState, useSyncExternalStore } from "react";

import { OWN, type Settings, type Song, type SongPush } from "../../wire/messages";
import { DEMO } from "../../own/library";
import { Shelf, type ShelfSong, boardsOf } from "../../own/shelf";
import { type Choice, choicesOf, spareSong } from "../../music/spare";
import { type State, effortOf } from "../../workout/store";
import type { Position } from "../../workout/playlist";
import { targetNow } from "../../workout/target";

/** The shelf of `user`, and a sentence where the browser does not keep it. */
export function useShelf(user: string): { readonly shelf: Shelf; readonly trouble: string } {
  const [shelf] = useState(() => new Shelf(boardsOf(user)));
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    void shelf.load().then(setTrouble);
  }, [shelf]);
  return { shelf, trouble };
}

/** The songs of the shelf, renewed at every change. */
export function useSongs(shelf: Shelf): readonly ShelfSong[] {
  return useSyncExternalStore(shelf.subscribe, shelf.songs, shelf.songs);
}

/** The last library that was not one's own, as long as the page is open. */
export function useLibrary(settings: Settings | null): string {
  const [last, setLast] = useState(DEMO);
  const library = settings?.library ?? OWN;
  if (library !== OWN && library !== last) setLast(library);
  return last;
}

/** The recording of `song`; null where there is none, undefined until that is known. */
export function useFile(shelf: Shelf, song: Song | null): Blob | null | undefined {
  const songs = useSongs(shelf);
  const [found, setFound] = useState<{ id: string; file: Blob | null } | null>(null);
  const id = song?.id;
  useEffect(() => {
    if (id === undefined) return undefined;
    let wanted = true;
    void shelf.file(id).then((file) => {
      if (wanted) setFound({ id, file });
    });
    return () => {
      wanted = false;
    };
  }, [shelf, songs, id]);
  return found && found.id === id ? found.file : undefined;
}

/** The song that goes on while the network is gone, and `onSpare` is told; null where none is needed. */
export function useSpare(
  state: State,
  { playing, over }: Position,
  at_ms: number | null,
  shelf: Shelf,
  onSpare: (push: SongPush | null) => void,
): SongPush | null {
  const songs = useSongs(shelf);
  const spare = playing && at_ms !== null ? spareOf(state, playing, over, at_ms, songs) : null;
  const known = state.spare;
  useEffect(() => {
    if (spare !== known) onSpare(spare);
  }, [spare, known, onSpare]);
  return spare;
}

function spareOf(
  state: State,
  playing: SongPush,
  over: boolean,
  at_ms: number,
  songs: readonly ShelfSong[],
): SongPush | null {
  const own = state.settings?.library === OWN ? ofShelf(songs, state) : [];
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
