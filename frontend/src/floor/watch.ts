import type { Config } from "../wire/config";
import { Connection } from "../wire/connection";
import { UnreadableMessage, decode } from "../wire/decode";
import type { FloorStore } from "./floor";
import {
  type ServerMessage,
  type Settings,
  classPlan,
  floorQuery,
  isReplaced,
  isTooMany,
  isWrong,
  workoutQuery,
} from "../wire/messages";
import { named, nextId } from "../wire/named";
import { openSocket } from "../wire/socket";
import { isInSight, onSight } from "../session/sight";
import type { Store } from "../session/store";
import { COACH, freshToken } from "../wire/token";
import { isAnswer } from "../workout/asked";

const POLL_EVERY_MS = 3_000;
/** Who a coach is, where tokens are for the asking. */
const LOCAL_COACH = "coach";

export interface FloorWatch {
  /** Follows the workout of `user` into `store` too, instead of another's; returns what ends it. */
  readonly open: (user: string, store: Store) => () => void;
  /** Starts a plan for everybody on the floor; null ends the one that runs. */
  readonly plan: (plan: Settings["plan"] | null) => void;
  /** Connects again, in place of the oldest of the coach's other connections. */
  readonly connect: () => void;
  readonly stop: () => void;
}

/** Somebody whose workout is looked at. */
interface Opened {
  readonly user: string;
  readonly store: Store;
  /** What the questions for this workout are called. */
  readonly id: string;
}

/** Follows `floor` into `store` until stopped, or refused. */
export function watchFloor(config: Config, floor: string, store: FloorStore): FloorWatch {
  let opened: Opened | null = null;
  const connection = new Connection(
    async (listener) => {
      const token = await freshToken(config, LOCAL_COACH, COACH);
      return openSocket(`${config.websocket_url}?token=${encodeURIComponent(token)}`, listener);
    },
    {
      onStatus: (status) => {
        store.dispatch({ kind: "status", status });
        opened?.store.dispatch({ kind: "status", status });
        if (status.phase === "open") ask();
      },
      onMessage: (text) => {
        const message = read(text, store);
        if (message) take(message);
      },
    },
  );
  const askForOpened = () => {
    if (!opened) return;
    const { store, user, id } = opened;
    connection.send(named(workoutQuery(store.get().latest?.at_ms, user), id));
  };
  const ask = () => {
    connection.send(floorQuery(floor));
    askForOpened();
  };
  const stop = () => {
    clearInterval(poll);
    unsight();
    window.removeEventListener("online", hurry);
    connection.stop();
  };
  const take = (message: ServerMessage) => {
    const now_ms = Date.now();
    if (message.type === "floor" && message.floor === floor) {
      store.dispatch({ kind: "view", view: message, now_ms });
    } else if (message.type === "workout" && opened && message.athlete === opened.user) {
      opened.store.dispatch({ kind: "message", message, now_ms });
    } else if (message.type === "class_planned" || (message.type === "error" && isOfPlan(message))) {
      store.dispatch({ kind: "planned", answer: message, now_ms });
    } else if (message.type === "error" && message.code === "coaches_only") {
      store.dispatch({ kind: "refusal", sentence: message.message });
      stop();
    } else if (message.type === "error" && message.code === "not_on_a_floor") {
      if (message.id === opened?.id) opened?.store.dispatch({ kind: "message", message, now_ms });
    } else if (isReplaced(message)) {
      connection.makeWay();
    } else if (isTooMany(message)) {
      store.dispatch({ kind: "too_many", now_ms });
    } else if (message.type === "error") {
      store.dispatch({ kind: "problem", sentence: message.message, now_ms });
    } else if (message.type === "refused") {
      store.dispatch({ kind: "problem", sentence: refusedSentence(message.message), now_ms });
    }
  };
  const isOfPlan = (message: ServerMessage) => isAnswer(store.get().planning, message);
  const hurry = () => {
    connection.hurry();
  };
  const poll = setInterval(() => {
    if (isInSight()) ask();
  }, POLL_EVERY_MS);
  const unsight = onSight(ask);
  window.addEventListener("online", hurry);
  connection.connect();
  return {
    open: (user, workoutStore) => {
      const mine = { user, store: workoutStore, id: nextId() };
      opened = mine;
      workoutStore.dispatch({ kind: "status", status: store.get().status });
      askForOpened();
      return () => {
        if (opened === mine) opened = null;
      };
    },
    plan: (plan) => {
      const id = nextId();
      const sent = connection.send(named(classPlan(floor, plan, Date.now()), id));
      store.dispatch({ kind: "planning", asking: { id, sent, now_ms: Date.now() } });
    },
    connect: () => {
      connection.connect();
    },
    stop,
  };
}

/** What the gateway's refusal means for who looks at a floor. */
function refusedSentence(why: string): string {
  return isWrong(why)
    ? `The server refused a message of this page (${why}). Reload the page to get its newest version.`
    : `The server could not be asked just now (${why}). The page asks again by itself.`;
}

/** What came; null, and a problem in the store, where it cannot be read. */
function read(text: string, store: FloorStore): ServerMessage | null {
  try {
    return decode(text);
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    store.dispatch({ kind: "problem", sentence: error.message, now_ms: Date.now() });
    return null;
  }
}
