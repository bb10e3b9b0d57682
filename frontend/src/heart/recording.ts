/** Reads a recorded workout: only heart rates and the time since the first leave here. */
import { pointsOfFit } from "./fitFile";
import { MOST_POINTS, type Points } from "./points";
import { isHeartRate } from "./strap";
import { pointsOfXml } from "./track";
import { HEART_RATE } from "../wire/limits";
import { duration } from "../workout/words";

export interface Recording {
  /** The file's name. */
  readonly name: string;
  /** [seconds since the first, beats a minute], in the order of time; holes stay holes. */
  readonly samples: readonly (readonly [seconds: number, heart_rate: number])[];
  /** Sentences about what could not be used; empty where all was. */
  readonly trouble: string;
}

/** A file that cannot be played; `message` says why, as a sentence. */
export class UnreadableRecording extends Error {}

/** A day at ten points a second takes less. */
const LARGEST_BYTES = 100_000_000;

/** Reads a FIT, TCX or GPX file, told by what is in it; throws `UnreadableRecording`. */
export async function readRecording(file: File): Promise<Recording> {
  if (file.size > LARGEST_BYTES) {
    throw new UnreadableRecording(`${file.name} is larger than 100 MB, which no workout is.`);
  }
  const bytes = await file.arrayBuffer().catch(() => null);
  if (!bytes) throw new UnreadableRecording(`${file.name} could not be opened. Choose it again.`);
  return recordingOf(file.name, await pointsOf(file.name, bytes));
}

async function pointsOf(name: string, bytes: ArrayBuffer): Promise<Points> {
  const points = (await pointsOfFit(bytes)) ?? pointsOfXml(new TextDecoder().decode(bytes));
  if (points) return points;
  throw new UnreadableRecording(
    `${name} is no workout that can be read: it is neither FIT nor TCX nor GPX, or it is damaged from its beginning on.`,
  );
}

/** Puts points in order and leaves out what is no heart rate; throws `UnreadableRecording`. */
export function recordingOf(name: string, { points, cut }: Points): Recording {
  if (points.length > MOST_POINTS) {
    const most = MOST_POINTS.toLocaleString("en");
    throw new UnreadableRecording(`${name} holds more than ${most} heart rates, which no workout does.`);
  }
  const usable = points
    .filter(([at_ms, heart_rate]) => Number.isFinite(at_ms) && isHeartRate(heart_rate))
    .sort(([a], [b]) => a - b);
  const [first, last] = [usable[0], usable.at(-1)];
  if (!first || !last) throw new UnreadableRecording(nothingIn(name, points.length, cut));
  const samples = usable.map(([at_ms, heart_rate]) => [(at_ms - first[0]) / 1000, heart_rate] as const);
  const sentences = [
    cut ? `The file breaks off after ${duration(last[0] - first[0])}; what came before is used.` : "",
    leftOut(points.length - usable.length),
  ];
  return { name, samples, trouble: sentences.filter(Boolean).join(" ") };
}

function nothingIn(name: string, unusable: number, cut: boolean): string {
  if (cut) return `${name} breaks off or is damaged before its first heart rate, so there is nothing to play.`;
  if (unusable === 0) return `${name} holds no heart rate, so there is nothing to play.`;
  return `${name} holds nothing to play. ${leftOut(unusable)}`;
}

function leftOut(count: number): string {
  if (count === 0) return "";
  const range = `between ${HEART_RATE.low} and ${HEART_RATE.high}`;
  return count === 1
    ? `One heart rate was left out: it has no time or does not lie ${range}.`
    : `${count} heart rates were left out: they have no time or do not lie ${range}.`;
}
