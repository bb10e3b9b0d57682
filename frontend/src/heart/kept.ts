/** What outlives a reload of the page, in its tab: which source was in use, and its newest time. */
import type { Way } from "./source";

export interface KeptSource {
  readonly way: Way | null;
  /** The newest time of the workout, epoch ms: what is older came from this page, or was known to it. */
  readonly at_ms: number;
  /** When a made-up heart began to beat, epoch ms. */
  readonly begun_ms: number;
  /** Where it was dragged to, beats a minute; null where it was not. */
  readonly dragged: number | null;
}

const key = (user: string) => `tempofit-source:${user}`;

export function keepSource(user: string, kept: KeptSource): void {
  try {
    sessionStorage.setItem(key(user), JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing: the source is chosen again after a reload.
  }
}

/** What was kept of `user`; null where nothing was, or nothing that can be read. */
export function keptSource(user: string): KeptSource | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(user)) ?? "null") as Partial<KeptSource> | null;
    if (typeof kept?.at_ms !== "number" || typeof kept.begun_ms !== "number") return null;
    const { at_ms, begun_ms, way = null, dragged = null } = kept;
    return { at_ms, begun_ms, way, dragged: typeof dragged === "number" ? dragged : null };
  } catch {
    return null;
  }
}
