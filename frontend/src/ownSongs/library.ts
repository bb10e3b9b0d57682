/** From the shelf of this browser to the person's library on the server, and out of it again. */
import type { OwnSong } from "../wire/messages";
import type { Shelf, ShelfSong } from "./shelf";
import type { Watch } from "../session/watch";

/** The library of who chose none, whose songs exist only by name. */
export const DEMO = "demo";

/** Puts songs of the shelf into the library; rejects with a sentence. */
export async function bring(
  shelf: Shelf,
  songs: readonly ShelfSong[],
  sendOwnSongs: Watch["sendOwnSongs"],
): Promise<void> {
  const taken: Promise<void>[] = [];
  await sendOwnSongs(songs.map(ownSong), [], (batch) => {
    taken.push(shelf.markInLibrary(batch.songs.map(({ id }) => id)));
  });
  await Promise.all(taken);
}

/** Takes all songs of the shelf out of the library, then off the shelf; rejects with a sentence. */
export async function removeAll(shelf: Shelf, sendOwnSongs: Watch["sendOwnSongs"]): Promise<void> {
  await sendOwnSongs([], shelf.songs().map(({ id }) => id), () => undefined);
  await shelf.clear();
}

/** What the library does not have, as far as it said. */
export function notInLibrary(songs: readonly ShelfSong[]): readonly ShelfSong[] {
  return songs.filter(({ in_library }) => !in_library);
}

/** What the server is told of a song, and nothing else. */
function ownSong({ id, title, artist, tempo, duration_seconds, genre }: ShelfSong): OwnSong {
  return { id, title, artist, tempo, duration_seconds, genre };
}
