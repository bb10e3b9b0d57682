/** The wall's clock, as everything on the page that shows or follows time looks at it. */

export const TICK_MS = 250;

let now_ms = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The time at the newest tick, epoch ms: the same between two of them. */
export function tickTime(): number {
  // Nobody listens, so nothing ticks; and a clock may be set back.
  if (listeners.size === 0 && Math.abs(Date.now() - now_ms) >= TICK_MS) now_ms = Date.now();
  return now_ms;
}

/** Calls `listener` at every tick; returns what ends that. One timer ticks for all. */
export function onTick(listener: () => void): () => void {
  if (listeners.size === 0) now_ms = Date.now();
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now_ms = Date.now();
  for (const listener of listeners) listener();
}
