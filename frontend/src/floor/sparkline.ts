/** The line of a person's last minute and a half, in a field of 90 by 24. */
import type { Sample } from "../wire/messages";

const [WIDE, HIGH, MARGIN] = [90, 24, 2];
const SHOWN_MS = 90_000;
/** Less up and down is shown as what it is: a calm line. */
const AT_LEAST_HIGH = 20;

/** As the path of an SVG; empty where there is nothing to join. */
export function sparkline(recent: readonly Sample[]): string {
  const newest_ms = recent.at(-1)?.[0];
  if (newest_ms === undefined || recent.length < 2) return "";
  const rates = recent.map(([, heart_rate]) => heart_rate);
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const air = Math.max(0, (AT_LEAST_HIGH - (high - low)) / 2);
  const scale = (HIGH - 2 * MARGIN) / (high - low + 2 * air);
  return recent
    .map(([at_ms, heart_rate], index) => {
      const x = WIDE * (1 - (newest_ms - at_ms) / SHOWN_MS);
      const y = HIGH - MARGIN - (heart_rate - low + air) * scale;
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
