/** Days and times of past workouts, in words, by the clock of the place. */

const IN = "en-GB";

/** "Sun 22 Nov 2026". */
export function dayOf(at_ms: number): string {
  const words = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
  return new Date(at_ms).toLocaleDateString(IN, words).replace(",", "");
}

/** "22 Nov". */
export function shortDay(at_ms: number): string {
  return new Date(at_ms).toLocaleDateString(IN, { day: "numeric", month: "short" });
}

/** "14:05". */
export function clockOf(at_ms: number): string {
  return new Date(at_ms).toLocaleTimeString(IN, { hour: "2-digit", minute: "2-digit" });
}

/** The Monday on which the week of a time begins, epoch ms. */
export function weekOf(at_ms: number): number {
  const day = new Date(at_ms);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - ((day.getDay() + 6) % 7));
  return day.getTime();
}

/** The Monday `weeks` later than a Monday; days are not all of 24 hours. */
export function weeksLater(monday_ms: number, weeks: number): number {
  const day = new Date(monday_ms);
  day.setDate(day.getDate() + 7 * weeks);
  return day.getTime();
}
