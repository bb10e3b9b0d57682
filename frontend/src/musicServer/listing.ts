/** All songs of a music server, a page at a time. */
import type { Account } from "./account";
import { type Answer, isAnswer, listOf } from "./answers";
import { ask } from "./asking";
import { ServerTrouble } from "./trouble";

/** The most that Subsonic lists at once. */
const PAGE = 500;
/** A server that goes on and on is not believed. */
const MOST_SONGS = 100_000;

/** Pages of songs, each song once; throws a `ServerTrouble`, or anything once cancelled. */
export async function* listSongs(account: Account, cancel: AbortSignal): AsyncGenerator<readonly Answer[]> {
  const seen = new Set<unknown>();
  for await (const page of pages(account, cancel)) {
    const fresh = page.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    if (fresh.length > 0) yield fresh;
    if (seen.size >= MOST_SONGS) return;
  }
}

/** By a search for nothing, which most answer with everything; else album by album. */
async function* pages(account: Account, cancel: AbortSignal): AsyncGenerator<readonly Answer[]> {
  let found = false;
  try {
    for await (const page of paged((offset) => searched(account, offset, cancel))) {
      found = true;
      yield page;
    }
  } catch (error) {
    // An older server refuses to search for nothing.
    if (found || !(error instanceof ServerTrouble) || error.kind !== "song") throw error;
  }
  if (!found) yield* byAlbum(account, cancel);
}

async function* byAlbum(account: Account, cancel: AbortSignal): AsyncGenerator<readonly Answer[]> {
  for await (const albums of paged((offset) => albumsFrom(account, offset, cancel))) {
    for (const album of albums) yield await songsOf(account, album, cancel);
  }
}

/** Some servers give less than asked, and some the last page for ever: the end is where nothing is new. */
async function* paged(ask: (offset: number) => Promise<readonly Answer[]>): AsyncGenerator<readonly Answer[]> {
  const seen = new Set<unknown>();
  for (let offset = 0; ; ) {
    const page = await ask(offset);
    if (page.every(({ id }) => seen.has(id))) return;
    for (const { id } of page) seen.add(id);
    offset += page.length;
    yield page;
  }
}

async function searched(account: Account, offset: number, cancel: AbortSignal): Promise<readonly Answer[]> {
  const asked = { query: "", artistCount: "0", albumCount: "0", songCount: `${PAGE}`, songOffset: `${offset}` };
  const { searchResult3 } = await ask(account, "search3", asked, cancel);
  return isAnswer(searchResult3) ? listOf(searchResult3["song"]) : [];
}

async function albumsFrom(account: Account, offset: number, cancel: AbortSignal): Promise<readonly Answer[]> {
  const asked = { type: "alphabeticalByName", size: `${PAGE}`, offset: `${offset}` };
  const { albumList2 } = await ask(account, "getAlbumList2", asked, cancel);
  return isAnswer(albumList2) ? listOf(albumList2["album"]) : [];
}

/** An album that went meanwhile has no songs. */
async function songsOf(account: Account, album: Answer, cancel: AbortSignal): Promise<readonly Answer[]> {
  try {
    const answer = await ask(account, "getAlbum", { id: String(album["id"]) }, cancel);
    return isAnswer(answer["album"]) ? listOf(answer["album"]["song"]) : [];
  } catch (error) {
    if (error instanceof ServerTrouble && error.kind === "song") return [];
    throw error;
  }
}
