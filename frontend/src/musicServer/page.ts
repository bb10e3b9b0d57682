/** The music server as the page has it, with the browser's own ears. Loaded only for who has one. */
import { detectBeat, playableSeconds } from "../ownSongs/detect";
import { boardsOf } from "./kept";
import { MusicServer } from "./server";

async function detectTempo(file: Blob): Promise<number | null> {
  return (await detectBeat(file))?.tempo ?? null;
}

/** The server of `user`, as an earlier visit left it. */
export async function openMusicServer(user: string): Promise<MusicServer> {
  const server = new MusicServer(boardsOf(user), { detectTempo, playableSeconds });
  await server.open();
  return server;
}
