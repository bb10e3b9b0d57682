import { useId } from "react";

import { BY_ITSELF } from "../../workout/past";
import type { Summary, SongFit } from "../../workout/summary";
import { duration, percentRounded } from "../../workout/words";
import { zoneWords, ZONES } from "../../workout/zone";
import { zoneColour } from "../heart/ZoneBar";
import { FitWords } from "../song/Fit";
import "./Figures.css";

interface Part {
  readonly figures: Summary;
  /** What happened to a song that made way before its end. */
  readonly cut: string;
  /** Share of the measured time in which the songs' own tempi were at the target; null where that is unknown. */
  readonly fit?: number | null;
}

/** What a workout came to, in numbers. */
export function Totals({ figures, cut, fit = null }: Part) {
  return (
    <div className="card totals">
      <dl>
        <Total name="Duration" value={duration(figures.duration_ms)} />
        <Total name="Average heart rate" value={Math.round(figures.average)} />
        <Total name="Highest heart rate" value={Math.round(figures.maximum)} />
        <Total name="Songs" value={figures.songs.length} />
        <Total name={cut} value={figures.skips} />
        {fit !== null && <Total name="At the tempo by itself" value={percentRounded(fit)} />}
      </dl>
      {fit !== null && (
        <p className="hint">At the tempo by itself: the share of the measured time in which {BY_ITSELF}.</p>
      )}
      {figures.holes_ms > 0 && (
        <p>No heart rate is known for {duration(figures.holes_ms)} of it. That time counts in no zone.</p>
      )}
    </div>
  );
}

function Total({ name, value }: { readonly name: string; readonly value: string | number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Time in each zone; the longest bar is the zone with the most of it. */
export function Zones({ figures: { zones_ms } }: Pick<Part, "figures">) {
  const id = useId();
  const most_ms = Math.max(1, ...Object.values(zones_ms));
  return (
    <section className="card zones" aria-labelledby={id}>
      <h2 id={id}>Time in each zone</h2>
      <ul>
        {ZONES.map((zone) => (
          <li key={zone} data-zone={zone} style={zoneColour(zone)}>
            <span>{zoneWords(zone)}</span>
            <i
              style={{
                width: `${(zones_ms[zone] / most_ms) * 100}%`,
                visibility: duration(zones_ms[zone]) === duration(0) ? "hidden" : "visible",
              }}
            />
            <b>{duration(zones_ms[zone])}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The songs, each with how it fitted. */
export function Songs({ figures: { songs, best, worst }, cut }: Part) {
  const id = useId();
  if (songs.length === 0) return <p className="card">No song played in it.</p>;
  const isPast = songs.some(({ share }) => share !== undefined);
  const [most, least] = isPast ? ["most at the tempo", "least at the tempo"] : ["fitted best", "fitted worst"];
  const marks = (song: SongFit) => [
    ...(song.skipped ? [cut.toLowerCase()] : []),
    ...(song === best ? [most] : []),
    ...(song === worst ? [least] : []),
  ];
  return (
    <section className="card fits" aria-labelledby={id}>
      <h2 id={id}>{isPast ? "Songs at the tempo by themselves" : "Songs and how they fitted"}</h2>
      <p className="hint">{isPast ? SHARES : DISTANCES}</p>
      <ol>
        {songs.map((song) => (
          <li key={song.push.slot} data-slot={song.push.slot}>
            <p className="title">
              {song.push.song.title}{" "}
              {marks(song).map((mark) => (
                <span key={mark} className="mark">
                  {mark}
                </span>
              ))}
            </p>
            <p className="artist">
              {song.push.song.artist}, {duration(song.played_ms)}
            </p>
            <SongWords song={song} />
          </li>
        ))}
      </ol>
    </section>
  );
}

const DISTANCES =
  "How far each song’s tempo was, as heard, from your heart rate while it played; in modes other than " +
  "Pulse, from the target.";
const SHARES =
  "The share of each song’s measured time in which its own tempo was within 8\u00a0% of the target, not as " +
  "it was bent while it played.";

function SongWords({ song: { share, distance, push } }: { readonly song: SongFit }) {
  if (typeof share === "number") return <p className="fit">{percentRounded(share)} at the tempo by itself</p>;
  if (share === null || distance === null) return <p className="fit">Fit unknown</p>;
  return <FitWords distance={distance} push={push} />;
}
