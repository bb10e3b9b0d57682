/** Who is on the board, in the order of their effort points: only those who chose to tell them. */
import { type Person, nameOf } from "./floor";

/** Somebody on the board. */
export interface Ranked {
  readonly user: string;
  readonly name: string;
  readonly points: number;
  /** From 1; the same for as many points. */
  readonly place: number;
  /** Of the most points, from 0 to 1. */
  readonly share: number;
}

/** Most points first, by name where they are as many. */
export function board(people: readonly Person[]): readonly Ranked[] {
  const told = people
    .flatMap(({ told }) => {
      const points = Math.round(told.effort_points ?? 0);
      return told.effort_points == null ? [] : [{ user: told.user, name: nameOf(told), points }];
    })
    .sort((one, other) => other.points - one.points); // people come by name, and a sort is stable
  const most = Math.max(1, told[0]?.points ?? 0);
  return told.map((each) => ({
    ...each,
    place: 1 + told.findIndex(({ points }) => points === each.points),
    share: each.points / most,
  }));
}
