import { type Collected, Collector, type OnTaken } from "./collector";
import type { Config } from "./config";
import { Connection } from "./connection";
import { UnreadableMessage, decode } from "./decode";
import { beyondLimits } from "./limits";
import {
  type ClientMessage,
  type Opinion,
  type OwnSong,
  type ServerMessage,
  type Settings,
  change,
  rate,
  skip,
  workout,
} from "./messages";
import { Sender } from "./sender";
import { openSocket } from "./socket";
import { type Happening, type Store, isAsking } from "./store";
import { freshToken, isTokenOf } from "./token";

const POLL_EVERY_MS = 2_000;
const SEND_CHECK_MS = 1_000;

export interface Watch {
  /** Ends the song of `slot` at `at_ms` of the workout. */
  readonly skip: (slot: number, at_ms: number) => void;
  /** Asks for `settings`, all of them, from now on. */
  readonly change: (settings: Settings) => void;
  /** Says what the athlete thinks of a song, in place of what was said before. */
  readonly rate: (song_id: string, opinion: Opinion) => void;
  /** Sends a heart rate that this device measures now, if it is the athlete's own. */
  readonly heartRate: (heart_rate: number) => void;
  /** Settings for a session that does not run yet: it begins with them. */
  readonly begin: (settings: Settings) => void;
  /** Puts songs into the person's own library, or takes them out; rejects with a sentence. */
  readonly collect: (
    songs: readonly OwnSong[],
    remove: readonly string[],
    onTaken: OnTaken,
  ) => Promise<Collected>;
  readonly stop: () => void;
}

/** Follows the workout of `user` into `store` until stopped. */
export function watch(config: Config, user: string, store: Store): Watch {
  const connection = new Connection(
    async (listener) => {
      const token = await freshToken(config, user);
      store.dispatch({ kind: "token", may_send: isTokenOf(config, token, user) });
      return openSocket(`${config.websocket_url}?token=${encodeURIComponent(token)}`, listener);
    },
    {
      onStatus: (status) => {
        store.dispatch({ kind: "status", status });
        sender.hold();
        if (status.phase !== "open") return;
        ask();
        collector.resume();
      },
      onMessage: (text) => {
        const asking = isAsking(store.get(), Date.now());
        const message = receive(text, store);
        if (!message) return;
        sender.onMessage(message, Date.now());
        collector.onMessage(message, !asking);
      },
    },
  );
  const send = (message: ClientMessage) => store.get().may_send && connection.send(message);
  let first: Settings | null = null;
  const sender = new Sender({
    send,
    state: () => {
      const state = store.get();
      return first && state.session === null ? { ...state, settings: first } : state;
    },
  });
  const collector = new Collector(send);
  const flush = () => {
    sender.flush(Date.now());
  };
  const ask = () => connection.send(workout(store.get().latest?.at_ms));
  const hurry = () => {
    connection.hurry();
  };
  /** Sends what the server would take; the rest is a problem of its own, and a sentence. */
  const wish = (message: ClientMessage, asked: (sent: boolean, now_ms: number) => Happening) => {
    const now_ms = Date.now();
    const sentence = beyondLimits(message);
    if (sentence) store.dispatch({ kind: "problem", sentence, now_ms });
    else store.dispatch(asked(connection.send(message), now_ms));
  };
  const poll = setInterval(ask, POLL_EVERY_MS);
  const check = setInterval(() => {
    sender.tick(Date.now());
  }, SEND_CHECK_MS);
  window.addEventListener("pagehide", flush);
  window.addEventListener("online", hurry);
  connection.connect();
  return {
    skip: (slot, at_ms) => {
      flush();
      wish(skip(slot, at_ms), (sent, now_ms) => ({ kind: "skip", slot, sent, now_ms }));
    },
    change: (settings) => {
      wish(change(settings), (sent, now_ms) => ({ kind: "change", settings, sent, now_ms }));
    },
    rate: (song_id, opinion) => {
      wish(rate(song_id, opinion), (sent, now_ms) => ({ kind: "rate", song_id, opinion, sent, now_ms }));
    },
    heartRate: (heart_rate) => {
      const now_ms = Date.now();
      if (!store.get().may_send || !sender.add(now_ms, heart_rate)) return;
      store.dispatch({ kind: "measured", sample: [now_ms, heart_rate] });
    },
    begin: (settings) => {
      first = settings;
    },
    collect: (songs, remove, onTaken) => collector.collect(songs, remove, onTaken),
    stop: () => {
      flush();
      collector.stop();
      clearInterval(poll);
      clearInterval(check);
      window.removeEventListener("pagehide", flush);
      window.removeEventListener("online", hurry);
      connection.stop();
    },
  };
}

/** What came, in the store already; null where it cannot be read. */
function receive(text: string, store: Store): ServerMessage | null {
  const now_ms = Date.now();
  try {
    const message = decode(text);
    store.dispatch({ kind: "message", message, now_ms });
    return message;
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    store.dispatch({ kind: "problem", sentence: error.message, now_ms });
    return null;
  }
}
