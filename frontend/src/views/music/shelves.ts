/** The shelf and the libraries, as the views use them. */
import { useEffect, useState, useSyncExternalStore } from "react";

import { keepSpare } from "../../music/standIn";
import { DEMO } from "../../ownSongs/library";
import { Shelf, type ShelfSong, boardsOf } from "../../ownSongs/shelf";
import { OWN, type Settings } from "../../wire/messages";
import type { Store } from "../../session/store";

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

/** Keeps a spare song in the store while one is needed. */
export function useSpare(store: Store, shelf: Shelf): void {
  useEffect(() => keepSpare(store, shelf), [store, shelf]);
}
