/** What a sketch plays in each beat: a form with fills, and layers that come and go with the zone. */
import type { Zone } from "../workout/zone";
import { BEATS_IN_BAR } from "./beat";
import { type Sketch, frequencyOf } from "./sketch";

export type Voice = "click" | "kick" | "snare" | "hat" | "ride" | "crash" | "bass" | "chord" | "melody";

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

/** Where in the song a beat is. */
interface Place {
  readonly song: Sketch;
  readonly zone: Zone;
  readonly bar: number;
  /** Of the bar, from 0. */
  readonly beat: number;
  readonly part: Part;
}

type Part = "verse" | "chorus" | "break" | "build";

/** Of four bars each: what comes again and again. */
const FORM: readonly Part[] = ["verse", "verse", "chorus", "chorus", "verse", "break", "build", "chorus"];
const BARS_IN_PART = 4;
/** Every second part ends with the long fill. */
const BARS_WITH_LONG_FILL = 8;

/** The zones from which each layer plays. */
const HATS: Zone = 2;
const MELODY: Zone = 3;
const BUSY_HATS: Zone = 4;
const RIDE: Zone = 5;
/** Who has it in the song plays it one zone earlier, and who has not, one later. */
const [LIVELY, CALM] = [0.7, 0.4];

/** What begins in beat `number` of the song, counted from 0, for somebody in `zone`. */
export function notesOfBeat(song: Sketch, number: number, zone: Zone): readonly Note[] {
  const bar = Math.floor(number / BEATS_IN_BAR);
  const part = FORM[Math.floor(bar / BARS_IN_PART) % FORM.length] ?? "verse";
  const place: Place = { song, zone, bar, beat: number % BEATS_IN_BAR, part };
  const notes = [...drums(place), ...fill(place), ...bassNotes(place), ...chord(place), ...melody(place)];
  return notes.map((note) => ({ ...note, after: swung(note.after, song.kit.swing) }));
}

/** Whether the layer of `zone` plays. */
function has({ song, zone }: Place, from: Zone): boolean {
  const lively = song.energy >= LIVELY ? 1 : song.energy < CALM ? -1 : 0;
  return zone + lively >= from;
}

function drum(voice: Voice, after: number, loudness: number): Note {
  return { voice, after, length: 0.25, frequency: 0, loudness };
}

function drums(place: Place): Note[] {
  const { song, beat, part } = place;
  const hats = !has(place, HATS) ? [] : has(place, BUSY_HATS) && !song.fast ? [0.25, 0.5, 0.75] : [0.5];
  return [
    drum("click", 0, beat === 0 ? 1 : 0.8),
    ...kickPlaces(place).map((after) => drum("kick", after, after === 0 ? 1 : 0.7)),
    ...(beat % 2 === 1 ? [drum("snare", 0, part === "break" ? 0.5 : 0.9)] : []),
    ...hats.map((after) => drum("hat", after, after === 0.5 ? 0.6 : 0.3)),
    ...(has(place, RIDE) && part === "chorus" ? [drum("ride", 0, 0.5)] : []),
    ...(beat === 0 && place.bar % BARS_WITH_LONG_FILL === 0 && place.bar > 0 ? [drum("crash", 0, 0.6)] : []),
  ];
}

/** In a break, the downbeat's only. */
function kickPlaces({ song, beat, part }: Place): number[] {
  if (part === "break") return beat % 2 === 0 ? [0] : [];
  return song.kicks.filter((eighth) => Math.floor(eighth / 2) === beat).map((eighth) => (eighth % 2) / 2);
}

/** A part ends with a roll: a beat of it, or two where the next part is a larger one. */
function fill({ bar, beat, part }: Place): Note[] {
  if ((bar + 1) % BARS_IN_PART !== 0) return part === "build" ? [drum("snare", 0.5, 0.25)] : [];
  const from = (bar + 1) % BARS_WITH_LONG_FILL === 0 ? BEATS_IN_BAR - 2 : BEATS_IN_BAR - 1;
  if (beat < from) return [];
  return [0.25, 0.5, 0.75].map((after) => drum("snare", after, 0.2 + 0.25 * after));
}

function bassNotes({ song, bar, beat, part }: Place): Note[] {
  if (part === "break") return [];
  const degree = song.chords[bar % song.chords.length] ?? 0;
  return song.bass
    .filter((eighth) => Math.floor(eighth / 2) === beat)
    .map((eighth) => ({
      voice: "bass",
      after: (eighth % 2) / 2,
      length: 0.45,
      frequency: frequencyOf(song, degree, 0),
      loudness: 0.9,
    }));
}

/** Held through the bar in a verse, twice a bar in a chorus, off the beat where the song is lively. */
function chord({ song, bar, beat, part }: Place): Note[] {
  const degree = song.chords[bar % song.chords.length] ?? 0;
  const short = part === "chorus" && song.energy >= CALM;
  if (beat % (short ? 2 : BEATS_IN_BAR) !== 0) return [];
  return song.kit.chords.map((above) => ({
    voice: "chord",
    after: 0,
    length: short ? 1.8 : BEATS_IN_BAR * 0.95,
    frequency: frequencyOf(song, degree + above, 2),
    loudness: 0.5 + 0.3 * song.energy,
  }));
}

function melody(place: Place): Note[] {
  const { song, bar, beat, part } = place;
  if (part === "verse" ? !has(place, BUSY_HATS) : !has(place, MELODY)) return [];
  const degree = song.chords[bar % song.chords.length] ?? 0;
  return [0, 1].map((eighth) => ({
    voice: "melody",
    after: eighth / 2,
    length: 0.5,
    frequency: frequencyOf(song, degree + (song.melody[beat * 2 + eighth] ?? 0), 3),
    loudness: eighth === 0 ? 0.8 : 0.5,
  }));
}

/** The second of two eighths later, and those around it with it. */
function swung(after: number, swing: number): number {
  return after < 0.5 ? after * 2 * swing : swing + (after - 0.5) * 2 * (1 - swing);
}
