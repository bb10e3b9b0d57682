/** The person's music server, as the views use it: loaded for who has one, or asks for one. */
import { useEffect, useState } from "react";

import { Recordings } from "../../music/recordings";
import { isKept } from "../../musicServer/kept";
import type { MusicServer } from "../../musicServer/server";
import type { Shelf } from "../../ownSongs/shelf";
import type { Watch } from "../../session/watch";

export interface Served {
  readonly recordings: Recordings;
  /** Null until it is loaded. */
  readonly server: MusicServer | null;
  /** Loads it for who asks; rejects where it cannot be loaded. */
  readonly openServer: () => Promise<void>;
}

/** The recordings of `user`: of the shelf, and of a music server once there is one. */
export function useServer(
  user: string,
  shelf: Shelf,
  may_send: boolean,
  sendOwnSongs: Watch["sendOwnSongs"],
): Served {
  const [recordings] = useState(() => new Recordings(shelf));
  const [server, setServer] = useState<MusicServer | null>(null);
  const [openServer] = useState(() => {
    let opening: Promise<void> | null = null;
    return () => (opening ??= opened(user).then(setServer).catch((error: unknown) => {
      opening = null; // so that it can be tried again
      throw error;
    }));
  });
  useEffect(() => {
    void isKept(user).then((kept) => (kept ? openServer().catch(leaveIt) : undefined));
  }, [user, openServer]);
  useEffect(() => {
    if (!server) return undefined;
    const end = recordings.join(server);
    return () => {
      end();
      server.close();
    };
  }, [server, recordings]);
  useEffect(() => {
    server?.attach(may_send ? sendOwnSongs : null);
  }, [server, may_send, sendOwnSongs]);
  return { recordings, server, openServer };
}

async function opened(user: string): Promise<MusicServer> {
  const { openMusicServer } = await import("../../musicServer/page");
  return openMusicServer(user);
}

/** There is no network: the panel says so to who opens it, and its songs play as sketches. */
function leaveIt(): void {}
