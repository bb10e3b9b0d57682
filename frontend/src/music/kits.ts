/** What a genre sounds like: its drums, its harmony and its groove. */

/** A drum that is a falling tone. */
interface Thump {
  /** Hertz, at its start and a tenth of a second later. */
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

/** A drum that is noise above `edge` hertz. */
interface Burst {
  readonly edge: number;
  readonly seconds: number;
}

/** A sound that is held, without what is above `bright` hertz. */
interface Tone {
  readonly type: "triangle" | "sawtooth" | "square";
  readonly bright: number;
}

export interface Kit {
  readonly kick: Thump;
  readonly snare: Burst & { readonly body: number };
  readonly hat: Burst;
  /** Hertz, 2,000 to 4,000: what a phone's speaker is best at. */
  readonly click: number;
  readonly bass: Tone;
  readonly chord: Tone;
  /** The chance of minor. */
  readonly minor: number;
  /** Notes of a chord, in steps of the scale. */
  readonly chords: readonly number[];
  /** Eighths of a bar with a kick, and with a bass note, by choice of the song. */
  readonly kicks: readonly (readonly number[])[];
  readonly basses: readonly (readonly number[])[];
  /** Where the second of two eighths falls. */
  readonly swing: number;
  /** How loud bass and chords are, so that slow songs with few drums are not quieter than others. */
  readonly held: number;
}

const EVERY_BEAT = [0, 2, 4, 6];
const BACKBEAT = [0, 4];
const TRIAD = [0, 2, 4];
const SEVENTH = [0, 2, 4, 6];
const FIFTHS = [0, 4, 7];

const POP: Kit = {
  kick: { from: 150, to: 48, seconds: 0.28 },
  snare: { edge: 1_500, seconds: 0.16, body: 200 },
  hat: { edge: 7_000, seconds: 0.05 },
  click: 2_700,
  bass: { type: "triangle", bright: 600 },
  chord: { type: "sawtooth", bright: 700 },
  minor: 0.4,
  chords: TRIAD,
  kicks: [EVERY_BEAT, BACKBEAT],
  basses: [[0, 2, 4, 6], [0, 3, 4, 7], [0, 3, 6]],
  swing: 0.5,
  held: 1,
};

const KITS: Readonly<Record<string, Kit>> = {
  club: {
    ...POP,
    kick: { from: 180, to: 50, seconds: 0.24 },
    snare: { edge: 1_900, seconds: 0.12, body: 260 },
    hat: { edge: 8_000, seconds: 0.06 },
    click: 3_200,
    bass: { type: "sawtooth", bright: 600 },
    minor: 0.8,
    chords: SEVENTH,
    kicks: [EVERY_BEAT],
    basses: [[1, 3, 5, 7], [1, 2, 3, 5, 7]],
  },
  rock: {
    ...POP,
    kick: { from: 130, to: 60, seconds: 0.2 },
    snare: { edge: 1_200, seconds: 0.12, body: 185 },
    hat: { edge: 6_000, seconds: 0.08 },
    click: 2_500,
    bass: { type: "sawtooth", bright: 400 },
    chord: { type: "square", bright: 450 },
    minor: 0.5,
    chords: FIFTHS,
    kicks: [[0, 4, 5], [0, 1, 4], [0, 3, 4]],
    basses: [[0, 1, 2, 3, 4, 5, 6, 7], [0, 2, 3, 4, 6, 7]],
  },
  rap: {
    ...POP,
    kick: { from: 120, to: 42, seconds: 0.4 },
    snare: { edge: 1_300, seconds: 0.14, body: 170 },
    hat: { edge: 7_500, seconds: 0.035 },
    click: 2_300,
    bass: { type: "triangle", bright: 500 },
    chord: { type: "triangle", bright: 450 },
    minor: 0.9,
    chords: SEVENTH,
    kicks: [[0, 5], [0, 3, 5], [0, 1, 5]],
    basses: [[0, 5], [0, 3, 5]],
    held: 1.3,
  },
  soul: {
    ...POP,
    kick: { from: 130, to: 55, seconds: 0.22 },
    snare: { edge: 2_200, seconds: 0.1, body: 240 },
    hat: { edge: 8_000, seconds: 0.04 },
    click: 2_200,
    chord: { type: "triangle", bright: 450 },
    chords: SEVENTH,
    kicks: [[0, 3, 4], [0, 4, 7]],
    basses: [[0, 3, 4, 6], [0, 2, 3, 5, 6]],
    swing: 0.58,
    held: 1.2,
  },
  soft: {
    ...POP,
    kick: { from: 110, to: 60, seconds: 0.22 },
    snare: { edge: 2_600, seconds: 0.1, body: 210 },
    hat: { edge: 9_000, seconds: 0.04 },
    click: 2_100,
    chord: { type: "triangle", bright: 1_200 },
    minor: 0.3,
    kicks: [BACKBEAT, [0, 4, 5]],
    basses: [[0, 4], [0, 3, 4]],
    held: 1.7,
  },
  breaks: {
    ...POP,
    kick: { from: 170, to: 52, seconds: 0.18 },
    snare: { edge: 1_700, seconds: 0.13, body: 230 },
    hat: { edge: 7_500, seconds: 0.04 },
    click: 3_500,
    bass: { type: "sawtooth", bright: 350 },
    minor: 0.9,
    chords: SEVENTH,
    kicks: [[0, 5], [0, 4, 5]],
    basses: [[0, 3, 5], [0, 5]],
    held: 1.2,
  },
};

/** Words of genres as catalogs and tags have them; the first that is found counts. */
const GENRES: readonly (readonly [RegExp, string])[] = [
  [/drum ?(and|&|'?n'?) ?bass|jungle|break|dubstep|garage/i, "breaks"],
  [/hip.?hop|rap|trap|grime|drill/i, "rap"],
  [/rock|punk|metal|indie|altern|grunge|emo/i, "rock"],
  [/house|trance|techno|electro|edm|dance|disco|club/i, "club"],
  [/soul|funk|r ?(&|and|'?n'?) ?b|jazz|blues|reggae|ska|gospel|latin/i, "soul"],
  [/ballad|folk|acoustic|country|classic|ambient|singer|chill|easy/i, "soft"],
];

/** The kit of a genre; of one that is not known, and of none, that of pop. */
export function kitOf(genre: string | null | undefined): Kit {
  const family = GENRES.find(([words]) => words.test(genre ?? ""))?.[1] ?? "pop";
  return KITS[family] ?? POP;
}
