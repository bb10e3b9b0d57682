import type { Drawn } from "./plot";

/** What the chart shows, for who does not see it. */
export function description({ shown, songs, stretch }: Pick<Drawn, "shown" | "songs" | "stretch">): string {
  const heart_rates = shown[1].filter((value) => value !== null);
  const played = songs.length === 1 ? "1 song" : `${songs.length} songs`;
  const length = lengthWords(stretch.to_ms - stretch.from_ms);
  if (heart_rates.length === 0) return `No heart rate is known in these ${length}, ${played}.`;
  return (
    `Heart rate between ${Math.round(Math.min(...heart_rates))} and ` +
    `${Math.round(Math.max(...heart_rates))} over ${length}, ${played}.`
  );
}

/** "90 seconds", "62 minutes". */
function lengthWords(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
}
