/** Songs for one's own library, in messages that the server takes. */
import { MAX_OWN_SONGS } from "../wire/limits";
import { type OwnSong, ownSongs } from "../wire/messages";
import { named } from "../wire/named";

/** What one message puts into the library and takes out of it. */
export interface Batch {
  readonly songs: readonly OwnSong[];
  readonly remove: readonly string[];
}

/** API Gateway's quota for a WebSocket frame. A browser sends a message as one frame. */
export const FRAME_BYTES = 32 * 1024;
/** Of a frame of this size from a client; nobody says whether it counts. */
const HEADER_BYTES = 8;
/** As long as the server lets the name of a message be. */
const LONGEST_NAME = "x".repeat(64);

/** The least messages in this order: first what goes into the library, then what comes out. */
export function batches(
  songs: readonly OwnSong[],
  remove: readonly string[] = [],
): readonly Batch[] {
  return [
    ...split(songs, (some) => ({ songs: some, remove: [] })),
    ...split(remove, (some) => ({ songs: [], remove: some })),
  ];
}

function split<T>(all: readonly T[], batchOf: (some: readonly T[]) => Batch): readonly Batch[] {
  const out: Batch[] = [];
  let some: readonly T[] = [];
  for (const each of all) {
    if (some.length > 0 && !fits(batchOf([...some, each]))) {
      out.push(batchOf(some));
      some = [];
    }
    some = [...some, each];
  }
  return some.length > 0 ? [...out, batchOf(some)] : out;
}

function fits({ songs, remove }: Batch): boolean {
  if (songs.length > MAX_OWN_SONGS || remove.length > MAX_OWN_SONGS) return false;
  const text = JSON.stringify(named(ownSongs(songs, remove), LONGEST_NAME));
  return new TextEncoder().encode(text).length + HEADER_BYTES <= FRAME_BYTES;
}
