import { describe, expect, test } from "vitest";

import { type Note, notesOfBeat } from "../src/music/arrangement";
import { beatSeconds } from "../src/music/beat";
import { kitOf } from "../src/music/kits";
import { type Sketch, sketch } from "../src/music/sketch";
import type { Song } from "../src/wire/messages";
import { ZONES, type Zone } from "../src/workout/zone";

const IDS = Array.from({ length: 60 }, (_, number) => `demo-${String(number).padStart(5, "0")}`);
const GENRES = ["hip hop", "soul", "ballad", "reggae", "folk", "pop", "house", "rock", "trance", "trap", "punk", "drum and bass"];
const TEMPI = [60, 93, 110, 125, 150, 174, 190];
const BEATS = Array.from({ length: 128 }, (_, beat) => beat);

function made(id: string, tempo: number, changes: Partial<Song> = {}): Sketch {
  return sketch({ id, title: "", artist: "", tempo, ...changes }, tempo);
}

function music(song: Sketch, zone: Zone = 3): readonly Note[] {
  return BEATS.flatMap((beat) => notesOfBeat(song, beat, zone));
}

function voices(song: Sketch, beat: number, zone: Zone = 3): readonly string[] {
  return notesOfBeat(song, beat, zone).filter(({ after }) => after === 0).map(({ voice }) => voice);
}

describe("a sketch of a song", () => {
  test("is a function of its id, its genre, its energy and its tempo", () => {
    for (const id of IDS) expect(music(made(id, 125))).toEqual(music(made(id, 125)));
  });

  test("differs from song to song", () => {
    const different = new Set(IDS.map((id) => JSON.stringify(music(made(id, 125)))));
    expect(different.size).toBeGreaterThan(IDS.length * 0.9);
  });

  test.each(TEMPI)("has a click on every beat at %i, in every zone", (tempo) => {
    for (const genre of GENRES) {
      const song = made("demo-00001", tempo, { genre });
      for (const zone of ZONES) {
        expect(BEATS.every((beat) => voices(song, beat, zone).includes("click"))).toBe(true);
      }
    }
  });

  test("has the kit, the chords and the groove of its genre, so that genres differ", () => {
    const kits = new Set(["house", "rock", "hip hop", "soul", "ballad", "drum and bass", "pop"].map(kitOf));
    expect(kits.size).toBe(7);
    expect([kitOf("Deep House"), kitOf("Punk-Rock"), kitOf("R&B")]).toEqual(["house", "rock", "soul"].map(kitOf));
    expect([kitOf(null), kitOf(undefined), kitOf("Schlager")]).toEqual(Array(3).fill(kitOf("pop")));
  });

  test("has a click that a phone's speaker plays", () => {
    for (const genre of GENRES) {
      expect(kitOf(genre).click).toBeGreaterThanOrEqual(2_000);
      expect(kitOf(genre).click).toBeLessThanOrEqual(4_000);
    }
  });

  test("has more layers in a higher zone, and never fewer", () => {
    for (const genre of GENRES) {
      const song = made("demo-00004", 125, { genre });
      const counts = ZONES.map((zone) => music(song, zone).length);
      expect([...counts].sort((a, b) => a - b)).toEqual(counts);
      expect(new Set(music(song, 5).map(({ voice }) => voice)).size).toBeGreaterThan(
        new Set(music(song, 1).map(({ voice }) => voice)).size,
      );
    }
  });

  test("has more layers where it is livelier", () => {
    const calm = music(made("demo-00004", 125, { energy: 0.2 }));
    const lively = music(made("demo-00004", 125, { energy: 0.9 }));
    expect(lively.length).toBeGreaterThan(calm.length);
  });

  test("has a kick on every beat where one dances or runs, and not where one does not", () => {
    const verse = BEATS.slice(0, 64);
    expect(verse.every((beat) => voices(made("demo-00001", 125), beat).includes("kick"))).toBe(true);
    const ballad = made("demo-00001", 80, { genre: "ballad" });
    expect(verse.filter((beat) => voices(ballad, beat).includes("kick"))).toEqual(verse.filter((beat) => beat % 2 === 0));
  });

  test("keeps to what can be heard, within the beat that it is of", () => {
    for (const note of GENRES.flatMap((genre) => music(made("demo-00007", 125, { genre }), 5))) {
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
        expect(note.frequency).toBeLessThan(1_000);
      }
    }
  });

  test("has a form: a fill before each part, a break without bass, and it comes back", () => {
    const song = made("demo-00003", 125);
    const rolls = BEATS.filter((beat) => notesOfBeat(song, beat, 3).filter(({ voice }) => voice === "snare").length > 2);
    expect(rolls.slice(0, 3)).toEqual([15, 30, 31]);
    const bass = BEATS.filter((beat) => notesOfBeat(song, beat, 3).some(({ voice }) => voice === "bass"));
    expect(bass.filter((beat) => beat >= 80 && beat < 96)).toEqual([]);
    expect(new Set(bass.map((beat) => Math.floor(beat / 16))).size).toBe(7);
    const of = (beat: number) => notesOfBeat(song, beat, 3).filter(({ voice }) => voice !== "crash");
    expect(of(33)).not.toEqual(of(1));
    expect(of(128 + 1)).toEqual(of(1));
  });
});

test("a beat at 120 lasts half a second", () => {
  expect(beatSeconds(120)).toBe(0.5);
});

test.each([-120, 0, 1e9])("a tempo of %d, which no song has, still leaves time between beats", (tempo) => {
  expect(beatSeconds(tempo)).toBeGreaterThan(0.1);
  expect(beatSeconds(tempo)).toBeLessThanOrEqual(3);
});
