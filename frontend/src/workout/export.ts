/** A workout as files for other programs: CSV, TCX and JSON, and what GPX and FIT share with them. */
import type { PastSongs, Sample, SongPush, TracePoint } from "../wire/messages";
import { endOf, feltTempo } from "./playlist";
import { HOLE_MS } from "./line";
import type { Summary } from "./summary";
import { duration } from "./words";

/** The server's averages are at most this far apart. */
const AVERAGE_FOR_MS = 15_000;

/** One row a sample, by the seconds since the workout began; text as RFC 4180 has it, and never taken for a formula. */
export function csvOf(
  { started_ms }: Pick<Summary, "started_ms">,
  samples: readonly Sample[],
  trace: readonly TracePoint[],
  songs: readonly SongPush[],
): string {
  const rows = samples.map(([at_ms, heart_rate]) => {
    const push = songAt(songs, at_ms);
    const average = trace.findLast((point) => point.at_ms <= at_ms);
    const isNew = average && at_ms - average.at_ms <= AVERAGE_FOR_MS;
    return [
      String((at_ms - started_ms) / 1000),
      String(heart_rate),
      isNew ? average.average.toFixed(1) : "",
      push ? cell(push.song.title) : "",
      push ? cell(push.song.artist) : "",
      push ? feltTempo(push).toFixed(1) : "",
    ];
  });
  const head = ["seconds", "heart_rate", "average", "title", "artist", "tempo"];
  return [head, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function songAt(songs: readonly SongPush[], at_ms: number): SongPush | undefined {
  return songs.find((push, index) => push.starts_at_ms <= at_ms && at_ms < endOf(songs, index));
}

/** What spreadsheets run as a formula is put behind an apostrophe (OWASP, CSV injection). */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const NAMESPACE = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2";

/** A TrainingCenterDatabase v2: one lap, a track for each stretch without a hole, songs as notes. */
export function tcxOf(summary: Summary, samples: readonly Sample[]): string {
  const started = iso(summary.started_ms);
  return `<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="${NAMESPACE}">
<Activities><Activity Sport="Other">
<Id>${started}</Id>
<Lap StartTime="${started}">
<TotalTimeSeconds>${summary.duration_ms / 1000}</TotalTimeSeconds>
<DistanceMeters>0</DistanceMeters>
<Calories>0</Calories>
<AverageHeartRateBpm><Value>${beats(summary.average)}</Value></AverageHeartRateBpm>
<MaximumHeartRateBpm><Value>${beats(summary.maximum)}</Value></MaximumHeartRateBpm>
<Intensity>Active</Intensity>
<TriggerMethod>Manual</TriggerMethod>
${tracks(samples).map(track).join("\n")}
</Lap>
<Notes>${escaped(notes(summary))}</Notes>
</Activity></Activities>
</TrainingCenterDatabase>
`;
}

/** Stretches without a hole. */
export function tracks(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const out: Sample[][] = [];
  let before_ms = -Infinity;
  for (const sample of samples) {
    if (sample[0] - before_ms > HOLE_MS) out.push([]);
    out.at(-1)?.push(sample);
    before_ms = sample[0];
  }
  return out;
}

function track(samples: readonly Sample[]): string {
  const points = samples.map(
    ([at_ms, heart_rate]) =>
      `<Trackpoint><Time>${iso(at_ms)}</Time>` +
      `<HeartRateBpm><Value>${beats(heart_rate)}</Value></HeartRateBpm></Trackpoint>`,
  );
  return `<Track>\n${points.join("\n")}\n</Track>`;
}

/** The songs, a line each. */
export function notes({ started_ms, songs }: Summary): string {
  const line = ({ push }: Summary["songs"][number]) =>
    `${duration(push.starts_at_ms - started_ms)} ${push.song.title}, ${push.song.artist}`;
  return songs.map(line).join("\n");
}

export function iso(at_ms: number): string {
  return new Date(at_ms).toISOString();
}

/** The schema has a byte above 0 for a heart rate. */
export function beats(heart_rate: number): number {
  return Math.min(255, Math.max(1, Math.round(heart_rate)));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** What XML 1.0 cannot hold at all is left out. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? "");
}

/** tempofit-2026-11-22-1405.tcx, by the clock of the place. */
export function fileName(started_ms: number, ending: "csv" | "tcx" | "gpx" | "fit" | "json"): string {
  const at = new Date(started_ms);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `tempofit-${day}-${two(at.getHours())}${two(at.getMinutes())}.${ending}`;
}

/** Past workouts as the server tells them, for whoever reads the words of docs/client.md. */
export function jsonOf(pasts: readonly PastSongs[], exported_ms: number): string {
  const workouts = pasts.map(({ workout, plays }) => ({ workout, plays }));
  return `${JSON.stringify({ format: "tempofit-workouts", version: 1, exported_at: iso(exported_ms), workouts }, null, 1)}\n`;
}
