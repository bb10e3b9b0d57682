import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { Shelf, type ShelfSong, boardsOf } from "../../src/ownSongs/shelf";
import { OwnSongs } from "../../src/views/music/OwnSongs";

import "fake-indexeddb/auto";

const SURE: ShelfSong = {
  id: "f-1",
  title: "Steps",
  artist: "Me",
  tempo: 128,
  duration_seconds: 200,
  genre: null,
  tempo_from: "detected",
  in_library: true,
};
const UNSURE: ShelfSong = { ...SURE, id: "f-2", title: "A walk", tempo: 87, other_tempo: 174 };

function show(opinions: ReadonlyMap<string, { liked: null; tempo: number }> = new Map()): string[] {
  const turned: string[] = [];
  render(
    <OwnSongs
      songs={[SURE, UNSURE]}
      shelf={new Shelf(boardsOf("views"))}
      opinions={opinions}
      off={false}
      onTurn={({ id }) => turned.push(id)}
    />,
  );
  return turned;
}

test("a detected tempo that may be double is marked, and one tap takes the other", () => {
  const turned = show();
  screen.getByRole("button", { name: "A walk: 87.0 is not sure, take 174.0" }).click();
  expect(turned).toEqual(["f-2"]);
  expect(screen.getAllByRole("button")).toHaveLength(1);
});

test("a tempo that the person gave is not doubted", () => {
  show(new Map([["f-2", { liked: null, tempo: 90 }]]));
  expect(screen.queryByRole("button")).toBeNull();
});
