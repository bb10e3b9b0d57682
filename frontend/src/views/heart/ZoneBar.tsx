import type { CSSProperties } from "react";

import { ZONES, type Zone, zoneWords } from "../../workout/zone";
import "./ZoneBar.css";

/** How hard the athlete works: five parts, filled up to the zone, and its name; none while it is not known. */
export function ZoneBar({ zone }: { readonly zone: Zone | null }) {
  return (
    <div className="zone" data-zone={zone ?? "unknown"}>
      <p data-testid="zone">{zone === null ? "Zone unknown" : zoneWords(zone)}</p>
      <ol aria-hidden="true">
        {ZONES.map((each) => (
          <li key={each} data-filled={zone !== null && each <= zone} />
        ))}
      </ol>
    </div>
  );
}

/** The zone's colours: `--zone` for words and lines, `--fill` for a field; none while it is not known. */
export function zoneColour(zone: Zone | null): CSSProperties {
  if (zone === null) return { "--zone": "var(--faded)" } as CSSProperties;
  return { "--zone": `var(--zone-${zone})`, "--fill": `var(--fill-${zone})` } as CSSProperties;
}
