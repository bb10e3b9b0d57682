/** Where a music server's account and songs are kept in this browser, for each person apart. */
import { type UseStore, createStore, get } from "idb-keyval";

export interface Boards {
  readonly account: UseStore;
  readonly songs: UseStore;
}

/** The one key of the account's board. */
export const ACCOUNT = "account";

export function boardsOf(user: string): Boards {
  return {
    account: createStore(`tempofit-music-server-${user}`, "account"),
    songs: createStore(`tempofit-music-server-songs-${user}`, "songs"),
  };
}

/** Whether `user` connected a music server in an earlier visit. */
export async function isKept(user: string): Promise<boolean> {
  try {
    return (await get(ACCOUNT, boardsOf(user).account)) !== undefined;
  } catch {
    return false; // this browser does not let the page keep anything
  }
}
