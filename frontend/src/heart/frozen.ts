/** A heart rate that stands still: a watch that hangs, or a sensor that is not worn, repeats itself. */

/** Hearts vary by a beat or two in less. */
export const FROZEN_MS = 180_000;

export class Frozen {
  private heart_rate = NaN;
  private since_ms = 0;

  /** Takes a heart rate that came; whether it has been the same for too long to be believed. */
  hears(heart_rate: number, now_ms: number): boolean {
    if (heart_rate !== this.heart_rate) {
      this.heart_rate = heart_rate;
      this.since_ms = now_ms;
    }
    return now_ms - this.since_ms >= FROZEN_MS;
  }
}

/** What is asked about it. */
export function frozenSentence(who: string, heart_rate: number): string {
  return `${who} has said ${heart_rate} beats a minute for three minutes, without any change. Is the sensor on your body?`;
}
