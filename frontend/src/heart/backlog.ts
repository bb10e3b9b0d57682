/** Samples that the server may not have, kept in this browser until it does. */
import type { Sample } from "../wire/messages";
import { isHeartRate } from "./strap";

/** The end of a workout that the server is not known to have. */
export interface End {
  /** What the question is called, however often it is asked. */
  readonly id: string;
  /** Of the workout, epoch ms: what was measured until then is of it, what comes after is not. */
  readonly at_ms: number;
  /** Null until the server has told that it began. */
  readonly session: number | null;
}

export interface Backlog {
  /** When the newest of them came, epoch ms on the wall. */
  readonly came_ms: number;
  /** Oldest first. */
  readonly samples: readonly Sample[];
  /** In their order. */
  readonly ends?: readonly End[];
}

const NOT_KEPT =
  "This browser keeps nothing for this page, so heart rates that are not sent yet are lost if you reload it.";

/** Keeps the samples of one user in the browser's storage; says once if that fails. */
export class Backlogs {
  private readonly key: string;
  private failed = false;
  /** Whether something of this page is kept: another page's is left alone. */
  private isKept = false;

  constructor(
    user: string,
    private readonly onTrouble: (sentence: string) => void,
  ) {
    this.key = `tempofit-unsent-${user}`;
  }

  /** Keeps `backlog` in place of what was kept before. */
  keep(backlog: Backlog): void {
    const isEmpty = backlog.samples.length === 0 && !backlog.ends?.length;
    if (this.failed || (isEmpty && !this.isKept)) return;
    try {
      if (isEmpty) window.localStorage.removeItem(this.key);
      else window.localStorage.setItem(this.key, JSON.stringify(backlog));
      this.isKept = !isEmpty;
    } catch {
      this.failed = true;
      this.onTrouble(NOT_KEPT);
    }
  }

  /** What was kept, if it came less than `within_ms` ago. */
  kept(within_ms: number, now_ms: number): Backlog | null {
    const text = this.text();
    this.isKept = text !== ""; // to be replaced or removed by what is kept next
    const backlog = read(text);
    return backlog && now_ms - backlog.came_ms < within_ms ? backlog : null;
  }

  /** Reading may be forbidden too; then keeping says so. */
  private text(): string {
    try {
      return window.localStorage.getItem(this.key) ?? "";
    } catch {
      return "";
    }
  }
}

function read(text: string): Backlog | null {
  try {
    const value = JSON.parse(text) as unknown;
    return isBacklog(value) ? value : null;
  } catch {
    return null;
  }
}

function isBacklog(value: unknown): value is Backlog {
  if (typeof value !== "object" || value === null) return false;
  const { came_ms, samples, ends = [] } = value as Record<string, unknown>;
  const isRead = Array.isArray(samples) && samples.every(isSample) && Array.isArray(ends) && ends.every(isEnd);
  return Number.isFinite(came_ms) && isRead;
}

function isEnd(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { id, at_ms, session } = value as Record<string, unknown>;
  return typeof id === "string" && Number.isInteger(at_ms) && (session === null || Number.isInteger(session));
}

function isSample(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [at_ms, heart_rate] = value as unknown[];
  return Number.isInteger(at_ms) && typeof heart_rate === "number" && isHeartRate(heart_rate);
}
