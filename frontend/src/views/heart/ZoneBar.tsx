import type { CSSProperties } from "react";

import { ZONES, type Zone, zoneWords } from "../../workout/zone";
import "./ZoneBar.css";

/** How hard the athlete works: five parts, filled up to the zone, and its name; none while it is not known. */
export function ZoneBar({ zone }: { readonly zone: Zone | null }) {
  return (
    <div className="zone" data-zone={zone ?? "unknown"} style={zoneColour(zone)}>
      <p data-testid="zone">{zone === null ? "Zone unknown" : zoneWords(zone)}</p>
      <ol aria-hidden="true">
        {ZONES.map((each) => (
          <li key={each} data-filled={zone !== null && each <= zone} />
        ))}
      </ol>
    </div>
  );
}

/** The zone's colour as `--zone`. */
export function zoneColour(zone: Zone | null): CSSProperties {
  const colour = zone === null ? "var(--faded)" : `var(--zone-${zone})`;
  return { "--zone": colour } as CSSProperties;
}
