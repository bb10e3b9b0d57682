import { describe, expect, test } from "vitest";

import { type Note, beatSeconds, notesOfBeat, sketch } from "../src/music/sketch";

const IDS = Array.from({ length: 60 }, (_, number) => `demo-${String(number).padStart(5, "0")}`);
const TEMPI = [60, 93, 110, 125, 150, 174, 190];
const BEATS = Array.from({ length: 128 }, (_, beat) => beat);

function music(id: string, tempo: number): readonly Note[] {
  return BEATS.flatMap((beat) => notesOfBeat(sketch(id, tempo), beat));
}

function voices(id: string, tempo: number, beat: number): readonly string[] {
  return notesOfBeat(sketch(id, tempo), beat).filter(({ after }) => after === 0).map(({ voice }) => voice);
}

describe("a sketch of a song", () => {
  test("is a function of its id and its tempo", () => {
    for (const id of IDS) expect(music(id, 125)).toEqual(music(id, 125));
  });

  test("differs from song to song", () => {
    const different = new Set(IDS.map((id) => JSON.stringify(music(id, 125))));
    expect(different.size).toBeGreaterThan(IDS.length * 0.9);
  });

  test.each(TEMPI)("has a kick or a snare on every beat at %i", (tempo) => {
    for (const id of IDS) {
      for (const beat of BEATS) {
        expect(voices(id, tempo, beat).some((voice) => voice === "kick" || voice === "snare")).toBe(true);
      }
    }
  });

  test("has drums, bass and chords", () => {
    for (const id of IDS) {
      const played = new Set(music(id, 125).map(({ voice }) => voice));
      expect([...played].sort()).toEqual(["bass", "chord", "hat", "kick", "snare"]);
    }
  });

  test("has a kick on every beat where one dances or runs, and on every other where one does not", () => {
    expect(BEATS.every((beat) => voices("demo-00001", 125, beat).includes("kick"))).toBe(true);
    expect(BEATS.filter((beat) => voices("demo-00001", 80, beat).includes("kick"))).toEqual(
      BEATS.filter((beat) => beat % 2 === 0),
    );
  });

  test("keeps to what can be heard, within the beat that it is of", () => {
    for (const note of music("demo-00007", 125)) {
      expect(note.after).toBeGreaterThanOrEqual(0);
      expect(note.after).toBeLessThan(1);
      expect(note.loudness).toBeGreaterThan(0);
      expect(note.loudness).toBeLessThanOrEqual(1);
      if (note.voice === "bass") {
        expect(note.frequency).toBeGreaterThan(40);
        expect(note.frequency).toBeLessThan(200);
      }
      if (note.voice === "chord") {
        expect(note.frequency).toBeGreaterThan(150);
        expect(note.frequency).toBeLessThan(1_600);
      }
    }
  });

  test("goes on after eight bars as another stretch, and comes back", () => {
    const song = sketch("demo-00003", 125);
    const chords = (beat: number) => notesOfBeat(song, beat).filter(({ voice }) => voice === "chord");
    expect(chords(33)).not.toEqual(chords(1));
    expect(chords(65)).toEqual(chords(1));
  });
});

test("a beat at 120 lasts half a second", () => {
  expect(beatSeconds(120)).toBe(0.5);
});

test.each([-120, 0, 1e9])("a tempo of %d, which no song has, still leaves time between beats", (tempo) => {
  expect(beatSeconds(tempo)).toBeGreaterThan(0.1);
  expect(beatSeconds(tempo)).toBeLessThanOrEqual(3);
});
