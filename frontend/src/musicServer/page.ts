/** The music server as the page has it, with the browser's own ears. Loaded only for who has one. */
import { hearFile, playableSeconds } from "../ownSongs/detect";
import { boardsOf } from "./kept";
import { MusicServer } from "./server";

/** The server of `user`, as an earlier visit left it. */
export async function openMusicServer(user: string): Promise<MusicServer> {
  const server = new MusicServer(boardsOf(user), { hearFile, playableSeconds });
  await server.open();
  return server;
}
