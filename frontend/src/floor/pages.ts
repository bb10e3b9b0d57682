/** A wall of many people in pages, so that names stay large: everybody has a place, and nobody jumps. */

/** So many rows fit at 1920x1080 with names of 40 px. */
const ROWS = 8;

/** Six beside each other and eight below. */
export const PER_PAGE = 48;

/** Whole rows, so that somebody who comes or goes seldom changes how long a page is. */
const A_ROW = 6;

/** The people of each page, in their order, about as many on each; at least one page. */
export function pagesOf<Person>(people: readonly Person[]): readonly (readonly Person[])[] {
  const count = Math.max(1, Math.ceil(people.length / PER_PAGE));
  const each = Math.ceil(people.length / count / A_ROW) * A_ROW;
  return Array.from({ length: count }, (_, page) => people.slice(page * each, (page + 1) * each));
}

/** How the tiles of a page stand. */
export interface Layout {
  readonly columns: number;
  readonly rows: number;
}

/** Tiles for `count` people, at most PER_PAGE: as wide as may be, and not much wider than high. */
export function layoutOf(count: number): Layout {
  const columns = Math.max(columnsOf(count), Math.ceil(count / ROWS));
  return { columns, rows: Math.max(1, Math.ceil(count / columns)) };
}

/** With four beside each other, a name of 16 characters is whole. */
function columnsOf(count: number): number {
  if (count <= 4) return 2;
  return count <= 12 ? 3 : 4;
}
