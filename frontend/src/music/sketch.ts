/** A sketch of a song that exists only by name: a function of its id, genre, energy and tempo. */
import type { Song } from "../wire/messages";
import { type Kit, kitOf } from "./kits";

/** What all of a song's bars have in common. */
export interface Sketch {
  readonly kit: Kit;
  /** 0 to 1. */
  readonly energy: number;
  /** MIDI number of the key's lowest note. */
  readonly root: number;
  readonly scale: readonly number[];
  /** The scale's degree of each of four bars. */
  readonly chords: readonly number[];
  /** Eighths of a bar with a kick; of one without, the odd beats have a snare. */
  readonly kicks: readonly number[];
  /** Eighths of a bar with a bass note. */
  readonly bass: readonly number[];
  /** The steps of a chord that a melody takes, an eighth each. */
  readonly melody: readonly number[];
  /** Whether eighths on the hat would be a hiss. */
  readonly fast: boolean;
}

const MAJOR = [0, 2, 4, 5, 7, 9, 11];
const MINOR = [0, 2, 3, 5, 7, 8, 10];
const MAJOR_CHORDS = [[0, 4, 5, 3], [0, 5, 3, 4], [5, 3, 0, 4], [0, 3, 5, 4]];
const MINOR_CHORDS = [[0, 5, 2, 6], [0, 3, 5, 6], [0, 6, 5, 6], [0, 2, 6, 3]];
const MELODIES = [[0, 2, 4, 2, 7, 4, 2, 4], [4, 2, 0, 2, 4, 7, 4, 2], [0, 4, 7, 4, 9, 7, 4, 2], [7, 4, 2, 0, 2, 4, 0, 2]];
/** A low E, MIDI number 28, and the eleven above. */
const LOWEST_ROOT = 28;
const OCTAVE = 12;
/** From here on, beats a minute, every beat has a kick: dance music and a runner's steps. */
const KICK_ON_EVERY_BEAT = 110;
const EIGHTHS_UP_TO = 150;
const ENERGY = 0.6;

/** The sketch of a song that is felt at `tempo` beats a minute: always the same one. */
export function sketch({ id, genre, energy }: Song, tempo: number): Sketch {
  const random = seeded(id);
  const kit = kitOf(genre);
  const minor = random() < kit.minor;
  const kicks = pick(kit.kicks, random);
  return {
    kit,
    energy: Math.min(1, Math.max(0, energy ?? ENERGY)),
    root: LOWEST_ROOT + Math.floor(random() * OCTAVE),
    scale: minor ? MINOR : MAJOR,
    chords: pick(minor ? MINOR_CHORDS : MAJOR_CHORDS, random),
    bass: pick(kit.basses, random),
    kicks: tempo >= KICK_ON_EVERY_BEAT ? [...new Set([0, 2, 4, 6, ...kicks])] : kicks,
    melody: pick(MELODIES, random),
    fast: tempo > EIGHTHS_UP_TO,
  };
}

/** Hertz of a degree of the scale, equal temperament with A4 at 440. */
export function frequencyOf({ root, scale }: Sketch, degree: number, octave: number): number {
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
