import { board } from "../../floor/board";
import type { Person } from "../../floor/floor";
import { PER_PAGE } from "../../floor/pages";
import { useWall } from "../hooks";
import "./Board.css";

/** So many fit on a wall with air around them. */
const ROOMY = 24;

/** Effort points, most first, of those who chose to tell them; nobody else is named. */
export function Board({ people }: { readonly people: readonly Person[] }) {
  const wall = useWall();
  const told = board(people);
  const ranked = wall ? told.slice(0, PER_PAGE) : told;
  const silent = people.length - told.length;
  return (
    <section className="board" aria-labelledby="board">
      <h2 id="board" className="unseen">
        Effort points
      </h2>
      {ranked.length > 0 && (
        <ol data-many={ranked.length > ROOMY}>
          {ranked.map(({ user, name, points, place, share }) => (
            <li key={user} data-testid="ranked">
              <span className="place">{place}</span> <span className="who">{name}</span>{" "}
              <span className="points">
                <strong>{points}</strong> <span>{points === 1 ? "point" : "points"}</span>
              </span>
              <i style={{ width: `${share * 100}%` }} aria-hidden="true" />
            </li>
          ))}
        </ol>
      )}
      <p className="hint">
        {ranked.length === 0 && "Nobody shows effort points yet: each person chooses that on their own page. "}
        {told.length > ranked.length && `${told.length - ranked.length} more have fewer points. `}
        {ranked.length > 0 && silent > 0 && `${silent} more ${silent === 1 ? "does" : "do"} not show theirs. `}
        A minute counts 1 at 50 % of the maximum heart rate, 2 at 60 %, up to 5 from 90 % on.
      </p>
    </section>
  );
}
