import { useEffect, useState } from "react";

import { needsAttention } from "../../floor/attention";
import type { Person } from "../../floor/floor";
import { layoutOf, pagesOf } from "../../floor/pages";
import { Press } from "../Press";
import { FloorGrid } from "./FloorGrid";
import type { Chosen } from "./FloorWorkout";

/** As long as a page is shown before the next. */
export const TURNS_EVERY_MS = 12_000;

interface Props {
  readonly people: readonly Person[];
  /** Whether somebody's workout is open, so that the wall stays as it is. */
  readonly held: boolean;
  /** The same function each time. */
  readonly onOpen: (chosen: Chosen) => void;
}

/** A wall that turns its pages by itself, until one is chosen. */
export function WallPages({ people, held, onOpen }: Props) {
  const pages = pagesOf(people);
  const [turned, setTurned] = useState(0);
  const [turns, setTurns] = useState(true);
  const goes = turns && !held && pages.length > 1;
  useEffect(() => {
    if (!goes) return undefined;
    const timer = setInterval(() => {
      setTurned((before) => before + 1);
    }, TURNS_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [goes]);
  const shown = turned % pages.length;
  return (
    <>
      {pages.length > 1 && (
        <nav className="wall-pages" aria-label="Pages of the wall">
          {pages.map((page, index) => (
            <Press
              key={index}
              off={false}
              pressed={!turns && index === shown}
              name={pageWords(page, index)}
              className={index === shown ? "shown" : ""}
              onPress={() => {
                setTurned(index);
                setTurns(false);
              }}
            >
              {index + 1}
              {page.some(({ band }) => needsAttention(band)) && <i aria-hidden="true" />}
            </Press>
          ))}
          <Press
            off={false}
            pressed={turns}
            onPress={() => {
              setTurns(!turns);
            }}
          >
            Turn by itself
          </Press>
        </nav>
      )}
      <FloorGrid people={pages[shown] ?? []} layout={layoutOf(pages[0]?.length ?? 0)} onOpen={onOpen} />
    </>
  );
}

function pageWords(page: readonly Person[], index: number): string {
  const attention = page.filter(({ band }) => needsAttention(band)).length;
  const words = `Page ${index + 1}`;
  return attention === 0 ? words : `${words}, ${attention} ${attention === 1 ? "needs" : "need"} attention`;
}
