/** What would suit a person now. */
import type { Settings, SongPush, TracePoint } from "../wire/messages";

/** Tempi, beats a minute, that any target is held to. */
const [MIN_TARGET, MAX_TARGET] = [60, 180];

export interface Effort {
  readonly settings: Pick<Settings, "mode" | "lock"> | null;
  readonly latest: Pick<TracePoint, "heart_rate"> | null;
}

/** Beats a minute that would suit now: the lock, the newest heart rate in `pulse`, else the push's. */
export function targetNow({ settings, latest }: Effort, { why }: SongPush): number {
  if (settings) return target(settings.mode, settings.lock, latest?.heart_rate ?? null, why.target_tempo);
  return playable(why.target_tempo);
}

/** What would have suited at a heart rate while a song played, by what it was chosen for. */
export function targetThen(heart_rate: number, { why }: SongPush): number {
  return target(why.mode, why.lock, heart_rate, why.target_tempo);
}

function target(mode: string, lock: number | null, heart_rate: number | null, aimed: number): number {
  if (lock !== null) return playable(lock);
  return playable(mode === "pulse" && heart_rate !== null ? heart_rate : aimed);
}

function playable(tempo: number): number {
  return Math.min(MAX_TARGET, Math.max(MIN_TARGET, tempo));
}
