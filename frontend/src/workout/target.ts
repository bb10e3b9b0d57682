/** What would suit a person now. */
import type { Settings, SongPush, TracePoint } from "../wire/messages";

export interface Effort {
  readonly settings: Settings | null;
  readonly latest: Pick<TracePoint, "heart_rate"> | null;
}

/** Beats a minute that would suit now: the lock, the newest heart rate in `pulse`, else the push's. */
export function targetNow({ settings, latest }: Effort, { why }: SongPush): number {
  if (settings && settings.lock !== null) return settings.lock;
  return settings?.mode === "pulse" && latest ? latest.heart_rate : why.target_tempo;
}
