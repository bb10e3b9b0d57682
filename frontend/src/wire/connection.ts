import type { Socket, SocketListener } from "./socket";

export type Status =
  | { readonly phase: "connecting" }
  | { readonly phase: "open" }
  | { readonly phase: "waiting"; readonly until_ms: number; readonly reason: string }
  /** Newer connections of the same person took its place; only they can want it back. */
  | { readonly phase: "replaced" };

/** Renews what expires, such as a token, and opens one socket. */
export type Open = (listener: SocketListener) => Promise<Socket>;

export interface ConnectionListener {
  onStatus(status: Status): void;
  onMessage(text: string): void;
}

/** Full jitter, so that a crowd that lost its server does not come back all at once. */
export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 30_000;
/** API Gateway closes every WebSocket after two hours; leave before, spread over ten minutes. */
export const RENEW_WITHIN_MS = 115 * 60_000;
export const RENEW_SPREAD_MS = 10 * 60_000;
/** A server that says nothing for so long although it was asked is gone, even if no close came. */
export const SILENCE_MS = 15_000;

/** Full jitter: anything from nothing to twice the last limit. */
export function waitMs(failures: number, random: () => number): number {
  return random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
}

/** One socket, from before it opens: nothing but itself. */
type Turn = object;

/** Keeps one socket open until stopped: connecting → open → waiting → connecting … */
export class Connection {
  private socket: Socket | null = null;
  private failures = 0;
  /** The socket that counts, so that nothing late from an earlier one is taken for this one. */
  private current: Turn = {};
  /** The socket that is to take its place, while it opens. */
  private renewing: Turn | null = null;
  private waiting = false;
  private wait: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: Open,
    private readonly listener: ConnectionListener,
    private readonly random: () => number = Math.random,
    private readonly silence_ms: number = SILENCE_MS,
    /** Whether the server speaks without being asked, so that silence alone is suspicious. */
    private readonly speaks_unasked = false,
  ) {}

  /** Connects now: at the start, and where there is reason not to wait any longer, or to return. */
  connect(): void {
    const turn = this.leave({});
    this.listener.onStatus({ phase: "connecting" });
    this.begin(turn).then(
      (opened) => {
        if (turn === this.current) this.opened(opened);
        else opened.close();
      },
      (error: unknown) => {
        if (turn === this.current) this.failed(error);
      },
    );
  }

  /** The server closes this socket for a newer one: its own renewal, or it stays away. */
  makeWay(): void {
    const { renewing } = this;
    this.leave(renewing ?? {});
    this.listener.onStatus({ phase: renewing ? "connecting" : "replaced" });
  }

  /** Cuts a wait short, for instance when the network is back. */
  hurry(): void {
    if (this.waiting) this.connect();
  }

  /** Sends if the socket is open; answers whether it was. `is_answered`: whether the server should. */
  send(message: object, is_answered = true): boolean {
    if (!this.socket) return false;
    this.socket.send(JSON.stringify(message));
    if (is_answered && this.silence === undefined) this.listen();
    return true;
  }

  stop(): void {
    this.leave({});
  }

  private begin(turn: Turn): Promise<Socket> {
    return this.open({
      onMessage: (text) => {
        if (turn === this.current) this.received(text);
      },
      onClose: () => {
        if (turn === this.current) this.lost("The connection was closed.");
      },
    });
  }

  /** Opens another socket and changes over to it; until it is open, this one serves on. */
  private renew(): void {
    const serving = this.current;
    const turn: Turn = {};
    this.renewing = turn;
    this.begin(turn).then(
      (opened) => {
        if (serving !== this.current && turn !== this.current) {
          opened.close();
          return;
        }
        this.leave(turn);
        this.opened(opened);
      },
      (error: unknown) => {
        if (turn === this.current) this.failed(error);
        if (serving !== this.current) return;
        this.renewing = null;
        this.renewAfter(LONGEST_WAIT_MS);
      },
    );
  }

  private renewAfter(wait_ms: number): void {
    this.renewal = setTimeout(() => {
      this.renew();
    }, wait_ms);
  }

  /** From now on `next` counts, and whatever was under way does not. */
  private leave(next: Turn): Turn {
    clearTimeout(this.wait);
    this.hush();
    clearTimeout(this.renewal);
    this.waiting = false;
    this.renewing = null;
    const socket = this.socket;
    this.socket = null;
    this.current = next;
    socket?.close();
    return next;
  }

  private opened(socket: Socket): void {
    this.socket = socket;
    this.renewAfter(RENEW_WITHIN_MS - this.random() * RENEW_SPREAD_MS);
    if (this.speaks_unasked) this.listen();
    this.listener.onStatus({ phase: "open" });
  }

  private received(text: string): void {
    this.failures = 0; // a server that accepts and closes at once has not recovered
    this.hush();
    if (this.speaks_unasked) this.listen();
    this.listener.onMessage(text);
  }

  private hush(): void {
    clearTimeout(this.silence);
    this.silence = undefined;
  }

  private listen(): void {
    this.silence = setTimeout(() => {
      this.lost("The server stopped answering.");
    }, this.silence_ms);
  }

  private failed(error: unknown): void {
    this.lost(error instanceof Error ? error.message : "");
  }

  private lost(reason: string): void {
    this.leave({});
    const wait = waitMs(this.failures, this.random);
    this.failures += 1;
    this.waiting = true;
    this.wait = setTimeout(() => {
      this.connect();
    }, wait);
    this.listener.onStatus({ phase: "waiting", until_ms: Date.now() + wait, reason });
  }
}
