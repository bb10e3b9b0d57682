/** A service that passes a heart rate on, as a source of it. */
import { Connection, type Status, waitMs } from "../wire/connection";
import { openSocket } from "../wire/socket";
import { span } from "../workout/words";
import { Frozen, frozenSentence } from "./frozen";
import { Lag } from "./lag";
import {
  HEARTBEAT,
  HEARTBEAT_EVERY_MS,
  type Relay,
  addressOf,
  heartRateFrom,
  isChannelClosed,
  joining,
  measuredAt,
  quote,
} from "./relay";
import type { InUse, Running, SourceListener } from "./source";
import { UnreadablePacket } from "./strap";

/** A service says nothing while its device is off; after a minute, see whether it is still there. */
const SILENCE_MS = 60_000;
/** So long without a heart rate the page says what it waits for. */
export const WAITS_AFTER_MS = 15_000;

/** A service that refuses closes within this after it opened. */
const REFUSED_WITHIN_MS = 10_000;

/** Follows a relay until stopped; a connection that is lost is made again. */
export function subscribe(
  relay: Relay,
  listener: SourceListener,
  random: () => number = Math.random,
): Running {
  const subscription = new Subscription(relay, listener, random);
  subscription.begin();
  return subscription;
}

class Subscription implements Running {
  private readonly connection: Connection;
  private readonly lag = new Lag();
  private readonly frozen = new Frozen();
  /** Whether the connection brought a heart rate, or lasted; the last one, until another opens. */
  private told = false;
  private opened_ms = -Infinity;
  /** What came last and was about nothing that is known. */
  private strange: string | null = null;
  private closures = 0;
  private beating: ReturnType<typeof setInterval> | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private rejoining: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly relay: Relay,
    private readonly listener: SourceListener,
    private readonly random: () => number,
  ) {
    const open = async (socket: Parameters<typeof openSocket>[1]) => openSocket(addressOf(relay), socket);
    const hears = { onStatus: this.onStatus, onMessage: this.onMessage };
    this.connection = new Connection(open, hears, random, SILENCE_MS, true);
  }

  begin(): void {
    this.say("beginning", `Connecting to ${this.relay.service}…`);
    this.connection.connect();
  }

  stop(): void {
    this.hush();
    this.connection.stop();
  }

  private hush(): void {
    clearInterval(this.beating);
    clearTimeout(this.waiting);
    clearTimeout(this.rejoining);
    this.rejoining = undefined;
  }

  private say(phase: InUse["phase"], sentence: string): void {
    this.listener.onStatus({ phase, way: "service", sentence });
  }

  private readonly onStatus = ({ phase }: Status): void => {
    const { service } = this.relay;
    this.hush();
    if (phase === "open") {
      this.told = false;
      this.opened_ms = Date.now();
      this.say("on", `Connected to ${service}. Waiting for a heart rate.`);
      this.wait();
      if (this.join()) this.beating = setInterval(this.beat, HEARTBEAT_EVERY_MS);
    } else if (phase === "waiting") {
      const lasted_ms = Date.now() - this.opened_ms;
      const wasThere = this.told || (lasted_ms >= REFUSED_WITHIN_MS && lasted_ms < Infinity);
      this.say("warning", wasThere ? `The connection to ${service} was lost. Trying again.` : unreached(service));
    }
  };

  private readonly beat = (): void => {
    this.connection.send(HEARTBEAT);
  };

  private join(): boolean {
    const message = joining(this.relay);
    return message !== null && this.connection.send(message);
  }

  private readonly onMessage = (text: string): void => {
    try {
      if (isChannelClosed(this.relay, text)) this.joinAgain();
      else this.hear(text);
    } catch (error) {
      if (!(error instanceof UnreadablePacket)) throw error;
      clearTimeout(this.waiting);
      this.say("warning", error.message);
    }
  };

  private hear(text: string): void {
    const { service, device } = this.relay;
    const heart_rate = heartRateFrom(service, text, device);
    if (heart_rate === null) {
      if (service === "Pulsoid" && text.trim() !== "") this.strange = text;
      return;
    }
    const now_ms = Date.now();
    const measured_ms = measuredAt(text);
    if (this.lag.isOld(measured_ms, now_ms)) throw new UnreadablePacket(old(service, now_ms - (measured_ms ?? now_ms)));
    this.told = true;
    this.strange = null;
    this.closures = 0;
    const rounded = Math.round(heart_rate);
    if (this.frozen.hears(rounded, now_ms)) this.say("warning", frozenSentence(service, rounded));
    else this.say("on", `Connected to ${service}.`);
    this.wait();
    this.listener.onHeartRate(rounded);
  }

  /** The service ended the channel of the device, but not the connection. */
  private joinAgain(): void {
    clearTimeout(this.waiting);
    this.say("warning", `${this.relay.service} closed the channel of the device. Joining it again.`);
    if (this.rejoining !== undefined) return;
    this.rejoining = setTimeout(() => {
      this.rejoining = undefined;
      this.join();
      this.wait();
    }, waitMs(this.closures, this.random));
    this.closures += 1;
  }

  private wait(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.say(this.told ? "on" : "warning", this.waitsFor());
    }, WAITS_AFTER_MS);
  }

  private waitsFor(): string {
    const { service } = this.relay;
    const strange = this.strange === null ? "" : ` What it sends is not understood: ${quote(this.strange)}.`;
    const since = `no ${this.told ? "new " : ""}heart rate has come for ${WAITS_AFTER_MS / 1000} seconds.`;
    return `Connected to ${service}, but ${since}${strange} Waiting for the device: see whether it is worn, and its app sends.`;
  }
}

function old(service: string, ago_ms: number): string {
  return `${service} sent a heart rate that was measured ${span(ago_ms)} ago, which is not used as one of now. See whether the device is worn, and its app sends.`;
}

function unreached(service: string): string {
  return `${service} cannot be reached, or refuses what you entered. Trying again; if this stays, stop, and check what you entered, and whether its subscription runs.`;
}
