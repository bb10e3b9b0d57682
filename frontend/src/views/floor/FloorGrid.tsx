import { type CSSProperties, memo } from "react";

import type { Band } from "../../floor/attention";
import { type Person, nameOf } from "../../floor/floor";
import type { Layout } from "../../floor/pages";
import { sparkline } from "../../floor/sparkline";
import { fitWord } from "../../workout/fit";
import { ZONE_NAMES, type Zone, zoneOf } from "../../workout/zone";
import type { Chosen } from "./FloorWorkout";
import "./Wall.css";

interface Props {
  readonly people: readonly Person[];
  /** How tiles stand that fill a wall. */
  readonly layout?: Layout;
  /** The same function each time. */
  readonly onOpen: (chosen: Chosen) => void;
}

/** A tile for everybody, drawn again only where what it shows is another. */
export const FloorGrid = memo(function FloorGrid({ people, layout, onOpen }: Props) {
  return (
    <ul className="tiles" data-crowd={layout ? "wall" : crowd(people.length)} style={layout && placed(layout)}>
      {people.map((person) => (
        <Tile key={person.told.user} {...shownOf(person)} onOpen={onOpen} />
      ))}
    </ul>
  );
});

function placed({ columns, rows }: Layout): CSSProperties {
  return { "--columns": columns, "--rows": rows } as CSSProperties;
}

/** How large a tile may be. */
function crowd(people: number): "few" | "some" | "many" {
  if (people <= 12) return "few";
  return people <= 60 ? "some" : "many";
}

/** What a tile shows: plain values, so that equal ones are seen to be equal. */
interface Shown {
  readonly user: string;
  readonly name: string;
  readonly band: Band;
  readonly reason: string;
  readonly stale: boolean;
  readonly heart_rate: number | null;
  /** Of the maximum, in percent. */
  readonly share: number | null;
  readonly zone: Zone | null;
  readonly title: string;
  readonly song: string;
  /** Where the line of the last minute and a half goes; empty where there is none. */
  readonly line: string;
}

function shownOf({ told, band, reason, stale, recent }: Person): Shown {
  const { latest, song, ...range } = told;
  return {
    user: told.user,
    name: nameOf(told),
    band,
    reason,
    stale,
    heart_rate: latest && Math.round(latest.heart_rate),
    share: latest && Math.round((latest.heart_rate / range.max_heart_rate) * 100),
    zone: latest && !stale ? zoneOf(latest.heart_rate, range) : null,
    title: song?.title ?? "No song yet",
    song: song ? `tempo ${Math.round(song.tempo)}, ${fitWord(song.distance)}` : "",
    line: sparkline(recent),
  };
}

/** A tile is as high without a reason, so that those below it stay where they are. */
const KEEPS_ITS_PLACE = "\u00a0";

const Tile = memo(function Tile({ onOpen, ...shown }: Shown & Pick<Props, "onOpen">) {
  const { user, name, band, heart_rate, share, zone, line } = shown;
  return (
    <li
      className="tile"
      data-testid="tile"
      data-user={user}
      data-band={band}
      data-stale={shown.stale}
      data-zone={zone}
    >
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => {
          onOpen({ user, name });
        }}
      >
        <span className="who">{name}</span>
        <span className="share">
          {share ?? "–"}
          <small>%</small>
          <span className="unseen"> of the maximum, </span>
        </span>
        <span className="pulse">
          <strong>{heart_rate ?? "–"}</strong>
          <span className="unseen"> beats a minute </span>
        </span>
        <span className="zone-words">{zone ? `zone ${zone}, ${ZONE_NAMES[zone]}` : "zone not known"}</span>
        <svg className="spark" viewBox="0 0 90 24" preserveAspectRatio="none" aria-hidden="true">
          <path d={line} />
        </svg>
        <span className="what">
          <span className="title">{shown.title}</span> <span>{shown.song}</span>
        </span>
        <span className="needs">{shown.reason || KEEPS_ITS_PLACE}</span>
      </button>
    </li>
  );
});
