import { zoneOf, ZONES } from "../../workout/zone";
import type { Person } from "../../floor/floor";
import { useTick } from "../hooks";
import { zoneColour } from "../heart/ZoneBar";

/** The time of day, and how many people are in each zone. */
export function FloorHead({ people }: { readonly people: readonly Person[] }) {
  const zones = people.flatMap(({ told: { latest, ...range }, stale }) =>
    latest && !stale ? [zoneOf(latest.heart_rate, range)] : [],
  );
  const counts = ZONES.map((zone) => zones.filter((each) => each === zone).length);
  const most = Math.max(1, ...counts);
  return (
    <div className="floor-figures">
      <ul className="histogram" aria-label="People in each zone">
        {ZONES.map((zone, index) => (
          <li key={zone} style={zoneColour(zone)}>
            <i style={{ height: `${((counts[index] ?? 0) / most) * 100}%` }} aria-hidden="true" />
            <b>{counts[index]}</b>
            <span className="unseen">in zone</span> <span>{zone}</span>
          </li>
        ))}
      </ul>
      <Clock />
    </div>
  );
}

function Clock() {
  const time = useTick((now_ms) =>
    new Date(now_ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }),
  );
  return <time className="clock">{time}</time>;
}
