/** A wall of many people in pages, so that names stay large: everybody has a place, and nobody jumps. */

/** Six beside each other and eight below, at 1920x1080 with names of 40 px. */
export const PER_PAGE = 48;

/** Whole rows, so that somebody who comes or goes seldom changes how long a page is. */
const A_ROW = 6;

/** The people of each page, in their order, about as many on each; at least one page. */
export function pagesOf<Person>(people: readonly Person[]): readonly (readonly Person[])[] {
  const count = Math.max(1, Math.ceil(people.length / PER_PAGE));
  const each = Math.ceil(people.length / count / A_ROW) * A_ROW;
  return Array.from({ length: count }, (_, page) => people.slice(page * each, (page + 1) * each));
}
