/** A sketch of a song that exists only by name: drums, bass and chords, a function of id and tempo. */
import { TEMPO } from "../wire/limits";

export type Voice = "kick" | "snare" | "hat" | "bass" | "chord";

/** A sound of a beat; times are in beats, so that a bend moves it along. */
export interface Note {
  readonly voice: Voice;
  /** After the beat, 0 to 1. */
  readonly after: number;
  readonly length: number;
  /** Hertz; drums have their own. */
  readonly frequency: number;
  /** 0 to 1. */
  readonly loudness: number;
}

/** What all of a song's bars have in common. */
export interface Sketch {
  /** MIDI number of the key's lowest note. */
  readonly root: number;
  readonly scale: readonly number[];
  /** The scale's degree of each of four bars. */
  readonly chords: readonly number[];
  /** The beats of a bar with a kick; the others have a snare. */
  readonly kicks: readonly number[];
  /** In which eighths of a bar the bass plays. */
  readonly bass: readonly number[];
  readonly hats: readonly number[];
}

const BEATS_IN_BAR = 4;
/** Every second stretch of bars has broken chords, and each ends with a roll of the snare. */
const BARS_IN_STRETCH = 8;

const MAJOR = [0, 2, 4, 5, 7, 9, 11];
const MINOR = [0, 2, 3, 5, 7, 8, 10];
const MAJOR_CHORDS = [[0, 4, 5, 3], [0, 5, 3, 4], [5, 3, 0, 4], [0, 3, 5, 4]];
const MINOR_CHORDS = [[0, 5, 2, 6], [0, 3, 5, 6], [0, 6, 5, 6], [0, 2, 6, 3]];
const BASSES = [[0, 2, 4, 6], [0, 3, 4, 7], [0, 1, 4, 5], [1, 3, 5, 7], [0, 3, 6]];
/** A low E, MIDI number 28, and the eleven above. */
const LOWEST_ROOT = 28;
const OCTAVE = 12;
/** From here on, beats a minute, every beat has a kick: dance music and a runner's steps. */
const KICK_ON_EVERY_BEAT = 110;
/** Above, eighths on the hat would be a hiss. */
const EIGHTHS_UP_TO = 150;
/** Half of the slowest and double the fastest song; beyond, a wrong message would stop the page. */
const SLOWEST = TEMPO.low / 2;
const FASTEST = TEMPO.high * 2;

/** The sketch of the song `id`, felt at `tempo` beats a minute: always the same one. */
export function sketch(id: string, tempo: number): Sketch {
  const random = seeded(id);
  const minor = random() < 0.5;
  return {
    root: LOWEST_ROOT + Math.floor(random() * OCTAVE),
    scale: minor ? MINOR : MAJOR,
    chords: pick(minor ? MINOR_CHORDS : MAJOR_CHORDS, random),
    bass: pick(BASSES, random),
    kicks: tempo >= KICK_ON_EVERY_BEAT ? [0, 1, 2, 3] : [0, 2],
    hats: tempo <= EIGHTHS_UP_TO && random() < 0.6 ? [0, 0.5] : [0.5],
  };
}

/** Seconds of a beat at `tempo`: beat n of a song is n of these after its start. */
export function beatSeconds(tempo: number): number {
  return 60 / Math.min(FASTEST, Math.max(SLOWEST, tempo));
}

/** What begins in beat `beat` of the song, counted from 0. */
export function notesOfBeat(song: Sketch, beat: number): readonly Note[] {
  const bar = Math.floor(beat / BEATS_IN_BAR);
  const place = beat % BEATS_IN_BAR;
  const degree = song.chords[bar % song.chords.length] ?? 0;
  const broken = Math.floor(bar / BARS_IN_STRETCH) % 2 === 1;
  const last = (bar + 1) % BARS_IN_STRETCH === 0 && place === BEATS_IN_BAR - 1;
  return [
    ...drums(song, place, last),
    ...bassNotes(song, place, degree),
    ...(broken ? brokenChord(song, place, degree) : heldChord(song, place, degree)),
  ];
}

function drums({ kicks, hats }: Sketch, place: number, last: boolean): Note[] {
  const drum = (voice: Voice, after: number, loudness: number): Note => {
    return { voice, after, length: 0.25, frequency: 0, loudness };
  };
  return [
    ...(kicks.includes(place) ? [drum("kick", 0, 1)] : []),
    ...(place % 2 === 1 ? [drum("snare", 0, 0.8)] : []),
    ...(last ? [0.25, 0.5, 0.75].map((after) => drum("snare", after, 0.3 + 0.4 * after)) : []),
    ...hats.map((after) => drum("hat", after, after === 0 ? 0.5 : 0.8)),
  ];
}

function bassNotes(song: Sketch, place: number, degree: number): Note[] {
  return song.bass
    .filter((eighth) => Math.floor(eighth / 2) === place)
    .map((eighth) => ({
      voice: "bass",
      after: (eighth % 2) / 2,
      length: 0.45,
      frequency: frequency(song, degree, 0),
      loudness: 0.9,
    }));
}

function heldChord(song: Sketch, place: number, degree: number): Note[] {
  if (place !== 0) return [];
  return [0, 2, 4].map((above) => ({
    voice: "chord",
    after: 0,
    length: BEATS_IN_BAR * 0.95,
    frequency: frequency(song, degree + above, 2),
    loudness: 0.5,
  }));
}

function brokenChord(song: Sketch, place: number, degree: number): Note[] {
  const steps = place % 2 === 0 ? [0, 2] : [4, 2];
  return steps.map((above, eighth) => ({
    voice: "chord",
    after: eighth / 2,
    length: 0.5,
    frequency: frequency(song, degree + above, 3),
    loudness: 0.8,
  }));
}

/** Hertz of a degree of the scale, equal temperament with A4 at 440. */
function frequency({ root, scale }: Sketch, degree: number, octave: number): number {
  const up = octave + Math.floor(degree / scale.length);
  const midi = root + (scale[degree % scale.length] ?? 0) + OCTAVE * up;
  return 440 * 2 ** ((midi - 69) / OCTAVE);
}

function pick<T>(choices: readonly T[], random: () => number): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error("There is nothing to pick from.");
  return choice;
}

/** Mulberry32, seeded with FNV-1a of the text: the same text, the same numbers of 0 to 1. */
function seeded(text: string): () => number {
  let state = 0x811c9dc5;
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
