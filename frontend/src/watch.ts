import type { Config } from "./config";
import { Connection } from "./connection";
import { UnreadableMessage, decode } from "./decode";
import { type Opinion, type Settings, change, rate, skip, workout } from "./messages";
import { openSocket } from "./socket";
import type { Store } from "./store";
import { freshToken } from "./token";

const POLL_EVERY_MS = 2_000;

export interface Watch {
  /** Ends the song of `slot` at `at_ms` of the workout. */
  readonly skip: (slot: number, at_ms: number) => void;
  /** Asks for `settings`, all of them, from now on. */
  readonly change: (settings: Settings) => void;
  /** Says what the athlete thinks of a song, in place of what was said before. */
  readonly rate: (song_id: string, opinion: Opinion) => void;
  readonly stop: () => void;
}

/** Follows the workout of `user` into `store` until stopped. */
export function watch(config: Config, user: string, store: Store): Watch {
  const connection = new Connection(
    async (listener) => {
      const token = await freshToken(config, user);
      return openSocket(`${config.websocket_url}?token=${encodeURIComponent(token)}`, listener);
    },
    {
      onStatus: (status) => {
        store.dispatch({ kind: "status", status });
        if (status.phase === "open") ask();
      },
      onMessage: (text) => {
        receive(text, store);
      },
    },
  );
  const ask = () => connection.send(workout(store.get().latest?.at_ms));
  const hurry = () => {
    connection.hurry();
  };
  const poll = setInterval(ask, POLL_EVERY_MS);
  window.addEventListener("online", hurry);
  connection.connect();
  return {
    skip: (slot, at_ms) => {
      const sent = connection.send(skip(slot, at_ms));
      store.dispatch({ kind: "skip", slot, sent, now_ms: Date.now() });
    },
    change: (settings) => {
      const sent = connection.send(change(settings));
      store.dispatch({ kind: "change", settings, sent, now_ms: Date.now() });
    },
    rate: (song_id, opinion) => {
      const sent = connection.send(rate(song_id, opinion));
      store.dispatch({ kind: "rate", song_id, opinion, sent, now_ms: Date.now() });
    },
    stop: () => {
      clearInterval(poll);
      window.removeEventListener("online", hurry);
      connection.stop();
    },
  };
}

function receive(text: string, store: Store): void {
  const now_ms = Date.now();
  try {
    store.dispatch({ kind: "message", message: decode(text), now_ms });
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    store.dispatch({ kind: "problem", sentence: error.message, now_ms });
  }
}
