/** What a workout was, from its samples and songs. */
import { nextRate } from "./bend";
import { distance, fitWord } from "./fit";
import { HOLE_MS, isOfSession, ofSession } from "./line";
import type { Sample, SongPush, TracePoint } from "../wire/messages";
import { endOf, feltTempo, wasSkipped } from "./playlist";
import { targetThen } from "./target";
import { type Range, type Zone, zoneOf } from "./zone";

/** How one song suited the heart while it played; null where no heart rate was known then. */
export interface SongFit {
  readonly push: SongPush;
  readonly played_ms: number;
  readonly skipped: boolean;
  /** The mean of |tempo as heard - target| / target. */
  readonly distance: number | null;
  /** Of a past workout, in place of `distance`: the share of its measured time in which its own tempo was at the target. */
  readonly share?: number | null;
}

export interface Summary {
  readonly started_ms: number;
  /** From the first sample to the last. */
  readonly duration_ms: number;
  /** How much of it no heart rate is known for. */
  readonly holes_ms: number;
  readonly average: number;
  readonly maximum: number;
  readonly zones_ms: Readonly<Record<Zone, number>>;
  readonly songs: readonly SongFit[];
  readonly skips: number;
  /** Null where no song's fit is known, or only one's, and where even the best was off. */
  readonly best: SongFit | null;
  /** Null as `best`, and where even the worst fitted. */
  readonly worst: SongFit | null;
}

/** What the server told of a session. */
interface Told {
  readonly trace: readonly TracePoint[];
  readonly latest: TracePoint | null;
  readonly session: number | null;
}

/** A trace has a point every 15 s; where this device measured, its own samples are finer. */
const SAME_MS = 7_500;

/** The session's samples, oldest first: those measured here, and the server's where there are none. */
export function samplesOf(
  { trace, latest, session }: Told,
  measured: readonly Sample[],
): readonly Sample[] {
  const known = new Set(measured.map(([at_ms]) => Math.floor(at_ms / SAME_MS)));
  const isKnown = (at_ms: number) =>
    [-1, 0, 1].some((step) => known.has(Math.floor(at_ms / SAME_MS) + step));
  const told = new Map([...trace, ...(latest ? [latest] : [])].map((each) => [each.at_ms, each]));
  const own = measured.filter(([at_ms]) => isOfSession(at_ms, session));
  return ofSession([...told.values()], session)
    .filter(({ at_ms }) => !isKnown(at_ms))
    .map(({ at_ms, heart_rate }): Sample => [at_ms, heart_rate])
    .concat(own)
    .sort(([one], [other]) => one - other);
}

/** What the workout was until its last sample; null without any. */
export function summaryOf(
  samples: readonly Sample[],
  songs: readonly SongPush[],
  range: Range,
): Summary | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return null;
  const stretches = stretchesOf(samples);
  const measured_ms = sum(stretches.map(({ ms }) => ms));
  const duration_ms = last[0] - first[0];
  const fits = songFits(samples, songs, last[0]);
  const ranked = fits
    .filter(({ distance }) => distance !== null)
    .sort((one, other) => (one.distance ?? 0) - (other.distance ?? 0));
  const several = ranked.length > 1;
  return {
    started_ms: first[0],
    duration_ms,
    holes_ms: duration_ms - measured_ms,
    average: measured_ms > 0 ? meanOf(stretches, measured_ms) : first[1],
    maximum: samples.reduce((most, [, heart_rate]) => Math.max(most, heart_rate), 0),
    zones_ms: zonesOf(stretches, range),
    songs: fits,
    skips: fits.filter(({ skipped }) => skipped).length,
    best: several ? unless("off", ranked[0]) : null,
    worst: several ? unless("fits", ranked.at(-1)) : null,
  };
}

/** How much of the time between two moments no heart rate is known for. */
export function holesOf(samples: readonly Sample[], from_ms: number, to_ms: number): number {
  const measured_ms = sum(stretchesOf(samples).map(({ ms }) => ms));
  return Math.max(0, to_ms - from_ms - measured_ms);
}

/** The song, if its fit goes by another word: "fitted best" beside "Off" would be no praise. */
function unless(word: ReturnType<typeof fitWord>, song: SongFit | undefined): SongFit | null {
  const { distance } = song ?? { distance: null };
  return song && distance !== null && fitWord(distance) !== word ? song : null;
}

/** The time between two samples, and the mean heart rate in it. */
interface Piece {
  readonly ms: number;
  readonly heart_rate: number;
}

function stretchesOf(samples: readonly Sample[]): readonly Piece[] {
  return samples
    .slice(1)
    .map(([at_ms, heart_rate], index) => {
      const [before_ms, before] = samples[index] ?? [at_ms, heart_rate];
      return { ms: at_ms - before_ms, heart_rate: (before + heart_rate) / 2 };
    })
    .filter(({ ms }) => ms <= HOLE_MS);
}

function meanOf(stretches: readonly Piece[], measured_ms: number): number {
  return sum(stretches.map(({ ms, heart_rate }) => ms * heart_rate)) / measured_ms;
}

function zonesOf(stretches: readonly Piece[], range: Range): Summary["zones_ms"] {
  const zones_ms: Record<Zone, number> = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
  for (const { ms, heart_rate } of stretches) zones_ms[zoneOf(heart_rate, range)] += ms;
  return zones_ms;
}

function songFits(
  samples: readonly Sample[],
  songs: readonly SongPush[],
  until_ms: number,
): readonly SongFit[] {
  return songs
    .map((push, index) => {
      const to_ms = Math.min(endOf(songs, index), until_ms);
      return {
        push,
        played_ms: to_ms - push.starts_at_ms,
        skipped: wasSkipped(songs, index),
        distance: meanDistance(secondsOf(samples, push.starts_at_ms, to_ms), push),
      };
    })
    .filter(({ played_ms }) => played_ms > 0);
}

/** By what would have suited in each second, bent as the page bends it. */
function meanDistance(heart_rates: readonly number[], push: SongPush): number | null {
  let [rate, total] = [1, 0];
  for (const heart_rate of heart_rates) {
    const target = targetThen(heart_rate, push);
    rate = nextRate(push, rate, target / push.why.octave, 1);
    total += distance(feltTempo(push) * rate, target);
  }
  return heart_rates.length > 0 ? total / heart_rates.length : null;
}

/** The heart rate of each second, linear between samples, without the holes. */
function secondsOf(samples: readonly Sample[], from_ms: number, to_ms: number): readonly number[] {
  const heart_rates: number[] = [];
  let next = samples.findIndex(([at_ms]) => at_ms > from_ms);
  if (next < 1) next = 1;
  for (let at_ms = from_ms; at_ms < to_ms; at_ms += 1000) {
    while (next < samples.length - 1 && (samples[next]?.[0] ?? 0) < at_ms) next += 1;
    const heart_rate = between(samples[next - 1], samples[next], at_ms);
    if (heart_rate !== null) heart_rates.push(heart_rate);
  }
  return heart_rates;
}

function between(left: Sample | undefined, right: Sample | undefined, at_ms: number): number | null {
  if (!left || !right || at_ms < left[0] || at_ms > right[0]) return null;
  const ms = right[0] - left[0];
  if (ms > HOLE_MS) return null;
  return ms === 0 ? right[1] : left[1] + ((right[1] - left[1]) * (at_ms - left[0])) / ms;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
