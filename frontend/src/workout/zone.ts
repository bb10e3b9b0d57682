/** How hard a person works: zones of heart-rate reserve, as `lambdas/domain/target.py` has them. */
import type { Settings } from "../wire/messages";

export type Zone = 1 | 2 | 3 | 4 | 5;

/** Where zones 2 to 5 begin, as shares of the reserve (ACSM). */
const BEGINNINGS = [0.3, 0.4, 0.6, 0.9] as const;

export const ZONES = [1, 2, 3, 4, 5] as const;

export const ZONE_NAMES: Readonly<Record<Zone, string>> = {
  1: "very light",
  2: "light",
  3: "moderate",
  4: "hard",
  5: "very hard",
};

/** "Zone 3, moderate". */
export function zoneWords(zone: Zone): string {
  return `Zone ${zone}, ${ZONE_NAMES[zone]}`;
}

/** Beats a minute. */
export interface Range {
  readonly resting_heart_rate: number;
  readonly max_heart_rate: number;
}

type AboutHeart = Pick<Settings, "resting_heart_rate" | "max_heart_rate" | "age">;

/** The range of a person; where no maximum is known, Tanaka's (2001) for their age. */
export function rangeOf({ resting_heart_rate, max_heart_rate, age }: AboutHeart): Range {
  return { resting_heart_rate, max_heart_rate: max_heart_rate ?? 208 - 0.7 * age };
}

/** Share of the heart-rate reserve in use (Karvonen 1957); above 1 where the maximum is too low. */
export function reserve(heart_rate: number, range: Range): number {
  const { resting_heart_rate: resting, max_heart_rate: maximum } = range;
  if (maximum <= resting) return heart_rate > resting ? 1 : 0;
  return Math.max(0, (heart_rate - resting) / (maximum - resting));
}

/** The zone that a heart rate lies in. */
export function zoneOf(heart_rate: number, range: Range): Zone {
  const share = reserve(heart_rate, range);
  return (1 + BEGINNINGS.filter((beginning) => share >= beginning).length) as Zone;
}

/** The heart rates of a zone, beats a minute; the lowest zone has no lower end, the highest no upper one. */
export interface ZoneSpan {
  readonly zone: Zone;
  readonly from: number;
  readonly to: number;
}

/** Where each zone lies; none where the maximum is not above the rest. */
export function zoneSpans({ resting_heart_rate: resting, max_heart_rate: maximum }: Range): readonly ZoneSpan[] {
  if (maximum <= resting) return [];
  const limits = BEGINNINGS.map((beginning) => resting + beginning * (maximum - resting));
  return ZONES.map((zone) => ({
    zone,
    from: limits[zone - 2] ?? -Infinity,
    to: limits[zone - 1] ?? Infinity,
  }));
}
