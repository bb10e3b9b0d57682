import type { PastSongs } from "../../wire/messages";
import { shortDay } from "../../workout/days";
import { BY_ITSELF } from "../../workout/past";
import { type Pace, type SongUse, mostAtGoal, mostSkipped, pacesOf, restsOn, songUses } from "../../workout/weeks";
import { counted, duration } from "../../workout/words";

/** What the music did in these workouts. */
export function Music({ pasts }: { readonly pasts: readonly PastSongs[] }) {
  const uses = songUses(pasts);
  const rests = restsOn(pasts.map(({ workout }) => workout.session));
  return (
    <>
      <Paces paces={pacesOf(pasts)} rests={rests} />
      <Uses
        id="past-goal"
        title="Longest at the tempo by themselves"
        uses={mostAtGoal(uses)}
        say={({ goal_seconds, times }) => `${duration(goal_seconds * 1000)} in ${counted(times, "play")}`}
        none="No song was at the tempo by itself for a minute."
        rests={`Time in which ${BY_ITSELF}, ${rests}.`}
      />
      <Uses
        id="past-skipped"
        title="Skipped most"
        uses={mostSkipped(uses)}
        say={({ skipped, times }) => `${skipped} of ${counted(times, "play")}`}
        none="No song was skipped."
        rests={`Of ${counted(uses.length, "song")}, ${rests}.`}
      />
    </>
  );
}

interface UsesProps {
  readonly id: string;
  readonly title: string;
  readonly uses: readonly SongUse[];
  readonly say: (use: SongUse) => string;
  readonly none: string;
  readonly rests: string;
}

function Uses({ id, title, uses, say, none, rests }: UsesProps) {
  return (
    <section className="card" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {uses.length === 0 && <p>{none}</p>}
      <ol className="past-uses">
        {uses.map((use) => (
          <li key={`${use.song.title}\n${use.song.artist}`}>
            <p>
              <b>{use.song.title}</b> <span>{use.song.artist}</span>
            </p>
            <p>{say(use)}</p>
          </li>
        ))}
      </ol>
      <p className="hint">{rests}</p>
    </section>
  );
}

const MARGIN = 5;

function Paces({ paces, rests }: { readonly paces: readonly Pace[]; readonly rests: string }) {
  if (paces.length === 0) return null;
  const values = paces.flatMap(({ heart_rate, tempo }) => [heart_rate, tempo]);
  const [low, high] = [Math.min(...values) - MARGIN, Math.max(...values) + MARGIN];
  const at = (value: number) => `${((value - low) / (high - low)) * 100}%`;
  return (
    <section className="card" aria-labelledby="past-paces">
      <h3 id="past-paces">Tempo against heart rate</h3>
      <ul className="past-legend past-pace-legend" aria-hidden="true">
        <li className="past-heart">heart rate</li>
        <li className="past-tempo">tempo</li>
      </ul>
      <ol className="past-weeks past-paces">
        {[...paces].reverse().map(({ begins_ms, heart_rate, tempo }) => (
          <li key={begins_ms}>
            <span>{shortDay(begins_ms)}</span>
            <span className="past-track" aria-hidden="true">
              <i className="past-heart" style={{ left: at(heart_rate) }} />
              <i className="past-tempo" style={{ left: at(tempo) }} />
            </span>
            <b>
              {Math.round(heart_rate)} <small>heart</small> {Math.round(tempo)} <small>tempo</small>
            </b>
          </li>
        ))}
      </ol>
      <p className="hint">
        The means of each week, of the songs that played to a heart rate, by how long they played, {rests}.
      </p>
    </section>
  );
}
