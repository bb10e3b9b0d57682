/** A service that passes a heart rate on, as a source of it. */
import { Connection, type Status } from "../wire/connection";
import { HEARTBEAT, HEARTBEAT_EVERY_MS, type Relay, addressOf, heartRateFrom, joining } from "./relay";
import { openSocket } from "../wire/socket";
import type { InUse, Running, SourceListener } from "./source";
import { UnreadablePacket } from "./strap";

/** A service says nothing while its device is off; after a minute, see whether it is still there. */
const SILENCE_MS = 60_000;

/** Follows a relay until stopped; a connection that is lost is made again. */
export function subscribe(
  relay: Relay,
  listener: SourceListener,
  random: () => number = Math.random,
): Running {
  const { service } = relay;
  let told = false;
  let beating: ReturnType<typeof setInterval> | undefined;
  const say = (phase: InUse["phase"], sentence: string) => {
    listener.onStatus({ phase, way: "service", sentence });
  };
  const onStatus = ({ phase }: Status) => {
    clearInterval(beating);
    if (phase === "open") {
      say("on", `Connected to ${service}. Waiting for a heart rate.`);
      beating = join(relay, connection);
    } else if (phase === "waiting") {
      say("warning", told ? `The connection to ${service} was lost. Trying again.` : unreached(service));
    }
  };
  const onMessage = (text: string) => {
    try {
      const heart_rate = heartRateFrom(service, text);
      if (heart_rate === null) return;
      told = true;
      say("on", `Connected to ${service}.`);
      listener.onHeartRate(Math.round(heart_rate));
    } catch (error) {
      if (!(error instanceof UnreadablePacket)) throw error;
      say("warning", error.message);
    }
  };
  const open = async (socket: Parameters<typeof openSocket>[1]) =>
    openSocket(addressOf(relay), socket);
  const connection = new Connection(open, { onStatus, onMessage }, random, SILENCE_MS, true);
  say("beginning", `Connecting to ${service}…`);
  connection.connect();
  return {
    stop: () => {
      clearInterval(beating);
      connection.stop();
    },
  };
}

function join(relay: Relay, connection: Connection): ReturnType<typeof setInterval> | undefined {
  const message = joining(relay);
  if (!message) return undefined;
  connection.send(message);
  return setInterval(() => {
    connection.send(HEARTBEAT);
  }, HEARTBEAT_EVERY_MS);
}

function unreached(service: string): string {
  return `${service} cannot be reached, or refuses what you entered. Trying again; stop, and check it if this stays.`;
}
