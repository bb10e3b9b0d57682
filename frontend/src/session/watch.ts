import { Backlogs } from "../heart/backlog";
import { type Counts, type OnTaken, OwnSongsSender } from "../ownSongs/sender";
import type { Config } from "../wire/config";
import { Connection } from "../wire/connection";
import { UnreadableMessage, decode } from "../wire/decode";
import { beyondLimits } from "../wire/limits";
import {
  type ClientMessage,
  type History,
  type Opinion,
  type OwnSong,
  type PastSongs,
  type Sample,
  type ServerMessage,
  type Settings,
  change,
  historyQuery,
  isReplaced,
  pastQuery,
  rate,
  skip,
  workoutQuery,
} from "../wire/messages";
import { SESSION_GAP_MS, Sender } from "../heart/sender";
import { openSocket } from "../wire/socket";
import type { Moment } from "../heart/source";
import type { Asking } from "../workout/asked";
import { named, nextId } from "../wire/named";
import { type Asked, NOT_ASKED, asked, isToAsk, missing, noticed } from "./asking";
import { Questions } from "./questions";
import { isInSight, onSight } from "./sight";
import { type Happening, type Store, isMeasuring } from "./store";
import { freshToken, isTokenOf } from "../wire/token";

const CHECK_EVERY_MS = 1_000;
const KEEP_EVERY_MS = 3_000;

export interface Watch {
  /** Ends the song of `slot` at `at_ms` of the workout. */
  readonly skip: (slot: number, at_ms: number) => void;
  /** Asks for `settings`, all of them, from now on. */
  readonly change: (settings: Settings) => void;
  /** Ends the workout at `at_ms` of it, now or as soon as there is a connection. */
  readonly end: (at_ms: number) => void;
  /** A page of past workouts, newest first, of those before a time; rejects with a sentence. */
  readonly history: (before_ms?: number) => Promise<History>;
  /** One past workout with its songs; rejects with a sentence. */
  readonly past: (session: number) => Promise<PastSongs>;
  /** Says what the athlete thinks of a song, in place of what was said before. */
  readonly rate: (song_id: string, opinion: Opinion) => void;
  /** Sends a heart rate of this device, of now or of `moment`, if it is the athlete's own. */
  readonly heartRate: (heart_rate: number, moment?: Moment) => void;
  /** What this device measured, of the last hour at most; oldest first. */
  readonly measured: () => readonly Sample[];
  /** Settings for a session that does not run yet: it begins with them. */
  readonly begin: (settings: Settings) => void;
  /** Puts songs into the person's own library, or takes them out; rejects with a sentence. */
  readonly sendOwnSongs: (
    songs: readonly OwnSong[],
    remove: readonly string[],
    onTaken: OnTaken,
  ) => Promise<Counts>;
  /** Connects again, in place of the oldest of the person's other connections. */
  readonly connect: () => void;
  /** Whether the workout is shown; when the athlete has ended it, the page asks once more. */
  readonly show: (shown: boolean) => void;
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
        ownSongs.hold();
        if (status.phase !== "open") return;
        asking = NOT_ASKED;
        ask();
        ownSongs.resume();
        questions.resume();
      },
      onMessage: (text) => {
        const now_ms = Date.now();
        const message = read(text, store, now_ms);
        if (!message || ownSongs.onMessage(message) || questions.onMessage(message)) return;
        if (isReplaced(message)) {
          connection.makeWay();
          return;
        }
        store.dispatch({ kind: "message", message, now_ms });
        sender.onMessage(message, now_ms);
      },
    },
  );
  const send = (message: ClientMessage) =>
    store.get().may_send && connection.send(message, message.action !== "heartrate");
  const backlogs = new Backlogs(user, (sentence) => {
    store.dispatch({ kind: "problem", sentence, now_ms: Date.now() });
  });
  const kept = backlogs.kept(SESSION_GAP_MS, Date.now());
  const sender = new Sender({ send, state: store.get }, kept);
  const closed = kept?.ends?.at(-1);
  if (closed) store.dispatch({ kind: "end", id: closed.id, at_ms: closed.at_ms, now_ms: Date.now() });
  const ownSongs = new OwnSongsSender(send);
  const questions = new Questions(send);
  const flush = () => {
    sender.flush(Date.now());
  };
  const leave = () => {
    flush();
    backlogs.keep(sender.backlog);
  };
  let asking: Asked = NOT_ASKED;
  let isShown = true;
  const ask = () => {
    asking = asked(asking, Date.now());
    connection.send(workoutQuery(store.get().latest?.at_ms));
  };
  /** Sends what is due, and asks for what is missing. */
  const check = () => {
    const now_ms = Date.now();
    const state = store.get();
    sender.tick(now_ms);
    asking = noticed(asking, missing(state, sender, now_ms), now_ms);
    const isFollowing = isShown && isInSight() && !isMeasuring(state, now_ms);
    if (state.status.phase === "open" && isToAsk(asking, isFollowing, now_ms)) ask();
  };
  const hurry = () => {
    connection.hurry();
  };
  /** Does with `message` what the server would take; the rest is a problem, and a sentence. */
  const within = (message: ClientMessage, act: (now_ms: number) => Happening) => {
    const now_ms = Date.now();
    const sentence = beyondLimits(message);
    store.dispatch(sentence ? { kind: "problem", sentence, now_ms } : act(now_ms));
  };
  const wish = (message: ClientMessage, asked: (asking: Asking) => Happening) => {
    const question = named(message);
    within(question, (now_ms) =>
      asked({ id: question.id, sent: connection.send(question), now_ms }),
    );
  };
  const wishChange = (settings: Settings) => {
    wish(change(settings), (asking) => ({ kind: "change", settings, ...asking }));
  };
  const checking = setInterval(check, CHECK_EVERY_MS);
  const keeping = setInterval(() => {
    backlogs.keep(sender.backlog);
  }, KEEP_EVERY_MS);
  window.addEventListener("pagehide", leave);
  window.addEventListener("online", hurry);
  const unsight = onSight(check);
  connection.connect();
  return {
    skip: (slot, at_ms) => {
      flush();
      wish(skip(slot, at_ms), (asking) => ({ kind: "skip", slot, ...asking }));
    },
    change: wishChange,
    end: (at_ms) => {
      const [id, now_ms] = [nextId(), Date.now()];
      if (!store.get().may_send) return;
      sender.end(id, at_ms, now_ms);
      store.dispatch({ kind: "end", id, at_ms, now_ms });
      backlogs.keep(sender.backlog);
    },
    history: (before_ms) => questions.ask(historyQuery(before_ms), "history"),
    past: (session) => questions.ask(pastQuery(session), "past_workout"),
    rate: (song_id, opinion) => {
      wish(rate(song_id, opinion), (asking) => ({ kind: "rate", song_id, opinion, ...asking }));
    },
    heartRate: (heart_rate, moment = ofNow()) => {
      const { at_ms } = moment;
      if (!store.get().may_send || !sender.add(at_ms, heart_rate, Date.now())) return;
      store.dispatch({ kind: "measured", sample: [at_ms, heart_rate], moment });
      check();
    },
    measured: () => sender.samples,
    begin: (settings) => {
      // A start that is on its way names other settings: the session that it begins is changed.
      if (sender.isStarting) wishChange(settings);
      else within(change(settings), (now_ms) => ({ kind: "begin", settings, now_ms }));
    },
    sendOwnSongs: (songs, remove, onTaken) => ownSongs.deliver(songs, remove, onTaken),
    connect: () => {
      connection.connect();
    },
    show: (shown) => {
      isShown = shown;
      if (shown) return;
      flush();
      ask();
    },
    stop: () => {
      leave();
      ownSongs.stop();
      questions.stop();
      unsight();
      clearInterval(checking);
      clearInterval(keeping);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("online", hurry);
      connection.stop();
    },
  };
}

function ofNow(): Moment {
  const now_ms = Date.now();
  return { at_ms: now_ms, came_ms: now_ms, speed: 1 };
}

/** What came; null, and a problem in the store, where it cannot be read. */
function read(text: string, store: Store, now_ms: number): ServerMessage | null {
  try {
    return decode(text);
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    store.dispatch({ kind: "problem", sentence: error.message, now_ms });
    return null;
  }
}
