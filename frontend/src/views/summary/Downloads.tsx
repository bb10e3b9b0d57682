import { useId, useState } from "react";

import type { PastSongs, Sample, SongPush, TracePoint } from "../../wire/messages";
import { csvOf, fileName, jsonOf, tcxOf } from "../../workout/export";
import { gpxOf } from "../../workout/gpx";
import type { Summary } from "../../workout/summary";
import { Press } from "../Press";
import { save } from "../save";

interface Props {
  readonly figures: Summary;
  readonly samples: readonly Sample[];
  readonly trace: readonly TracePoint[];
  readonly songs: readonly SongPush[];
  /** The workout as the server told it, where it did. */
  readonly past?: PastSongs;
}

/** Files of one workout, for other programs. */
export function Downloads({ figures, samples, trace, songs, past }: Props) {
  const [trouble, setTrouble] = useState("");
  const id = useId();
  const name = (ending: Parameters<typeof fileName>[1]) => fileName(figures.started_ms, ending);
  const saveFit = () => {
    import("../../workout/fitWriter").then(
      ({ fitOf }) => {
        setTrouble("");
        save(fitOf(figures, samples), "application/vnd.ant.fit", name("fit"));
      },
      () => {
        setTrouble("What writes FIT could not be loaded. Try again when there is a network.");
      },
    );
  };
  const files = {
    TCX: () => { save(tcxOf(figures, samples), "application/vnd.garmin.tcx+xml", name("tcx")); },
    FIT: saveFit,
    CSV: () => { save(csvOf(figures, samples, trace, songs), "text/csv", name("csv")); },
    GPX: () => { save(gpxOf(figures, samples), "application/gpx+xml", name("gpx")); },
    ...(past && { JSON: () => { save(jsonOf([past], Date.now()), "application/json", name("json")); } }),
  };
  return (
    <section className="card downloads" aria-labelledby={id}>
      <h2 id={id}>Download as</h2>
      <div className="buttons">
        {Object.entries(files).map(([format, onPress]) => (
          <Press key={format} off={false} name={`Download as ${format}`} onPress={onPress}>
            {format}
          </Press>
        ))}
      </div>
      <p className="hint">
        GPX asks for a place at every point. TempoFit knows none and makes none up, so some programs refuse its
        GPX; TCX and FIT need no places.
      </p>
      <p className="problem" role="alert" hidden={trouble === ""}>
        {trouble}
      </p>
    </section>
  );
}
