/** A workout as GPX 1.1, but for the places that it asks for: none are known here, and none made up. */
import type { Sample } from "../wire/messages";
import { beats, escaped, iso, notes, tracks } from "./export";
import type { Summary } from "./summary";

const NAMESPACE = "http://www.topografix.com/GPX/1/1";
/** Garmin's, which most programs read heart rates by. */
const EXTENSION = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1";

/** One track, a segment for each stretch without a hole, songs as its description. */
export function gpxOf(summary: Summary, samples: readonly Sample[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="TempoFit" xmlns="${NAMESPACE}" xmlns:gpxtpx="${EXTENSION}">
<metadata><time>${iso(summary.started_ms)}</time></metadata>
<trk>
<name>TempoFit</name>
<desc>${escaped(notes(summary))}</desc>
${tracks(samples).map(segment).join("\n")}
</trk>
</gpx>
`;
}

function segment(samples: readonly Sample[]): string {
  const points = samples.map(
    ([at_ms, heart_rate]) =>
      `<trkpt><time>${iso(at_ms)}</time><extensions><gpxtpx:TrackPointExtension>` +
      `<gpxtpx:hr>${beats(heart_rate)}</gpxtpx:hr></gpxtpx:TrackPointExtension></extensions></trkpt>`,
  );
  return `<trkseg>\n${points.join("\n")}\n</trkseg>`;
}
