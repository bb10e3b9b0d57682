import { duration } from "../../workout/words";
import { ZONES } from "../../workout/zone";
import { zoneColour } from "../heart/ZoneBar";

interface Props {
  readonly zone_seconds: readonly number[];
  /** How wide all of it is, in percent of the room. */
  readonly width?: number;
}

/** Time in each zone as parts of one bar. */
export function ZoneShares({ zone_seconds, width = 100 }: Props) {
  const known = ZONES.filter((zone) => (zone_seconds[zone - 1] ?? 0) > 0);
  const words = known.map((zone) => `zone ${zone} ${duration((zone_seconds[zone - 1] ?? 0) * 1000)}`);
  if (known.length === 0) return <span className="past-bar" />;
  return (
    <span className="past-bar" role="img" aria-label={`Time in zones: ${words.join(", ")}`} style={{ width: `${width}%` }}>
      {known.map((zone) => (
        <i key={zone} style={{ ...zoneColour(zone), flexGrow: zone_seconds[zone - 1] }} />
      ))}
    </span>
  );
}

/** What the colours of such bars mean. */
export function ZoneLegend() {
  return (
    <ul className="past-legend" aria-hidden="true">
      {ZONES.map((zone) => (
        <li key={zone} style={zoneColour(zone)}>
          zone {zone}
        </li>
      ))}
    </ul>
  );
}
