/** Reads a recorded workout: only heart rates and the time since the first leave here. */
import { type Bytes, bytesOf, collect, peek } from "./bytes";
import { pointsOfFit } from "./fitFile";
import { HEAD_BYTES, encodingOf, kindOf, rootOf } from "./kind";
import { inOrder } from "./order";
import { type Choose, MOST_POINTS, type Point, type Points } from "./points";
import { Health } from "./health";
import { isHeartRate } from "./strap";
import { Track } from "./track";
import { unpacked } from "./unpack";
import { HEART_RATE } from "../wire/limits";
import { duration } from "../workout/words";
import { type Listener, Scanner } from "./xml";
import { type Entry, contentOf, entriesOf } from "./zip";

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

/** A day at ten points a second takes less; FIT is read whole. */
const LARGEST_FIT = 100_000_000;
/** Text is read in pieces: an export of many years of Apple Health has some gigabytes. */
const LARGEST_TEXT = 8_000_000_000;
/** A packed file within a packed file is unpacked whole. */
const LARGEST_INNER = 500_000_000;
const DEEPEST = 3;
/** Enough of a packed file to see what it is. */
const PACKED_HEAD_BYTES = 8_192;
const FORMATS = "FIT, TCX, GPX and the export.xml of Apple Health";

interface Source {
  /** What sentences call it. */
  readonly name: string;
  readonly choose: Choose;
}

/**
 * Reads a recorded workout, told by what is in it; packed ones are unpacked. Where a file holds
 * several, `choose` is asked for one. Throws `UnreadableRecording`.
 */
export async function readRecording(file: File, choose: Choose = firstOf): Promise<Recording> {
  const source = { name: file.name, choose };
  const points = await pointsOf(file, bytesOf(file), source, 0).catch((error: unknown) => {
    if (error instanceof UnreadableRecording) throw error;
    throw new UnreadableRecording(`${file.name} could not be opened. Choose it again.`);
  });
  return recordingOf(file.name, points);
}

const firstOf: Choose = () => Promise.resolve(0);

/** `file`: the same bytes where they lie on the disk, for what has to be read from its end. */
async function pointsOf(file: Blob | null, bytes: Bytes, source: Source, depth: number): Promise<Points> {
  const [head, all] = await peek(bytes, HEAD_BYTES);
  const kind = kindOf(head);
  const isDeep = depth > DEEPEST;
  const points =
    kind === "fit" ? await ofFit(all, source.name)
    : kind === "xml" ? await ofXml(all, head, source)
    : kind === "gzip" && !isDeep ? await ofGzip(all, source, depth)
    : kind === "zip" && !isDeep ? await ofZip(file ?? new Blob([await whole(all, LARGEST_INNER, source.name)]), source, depth)
    : null;
  if (points) return points;
  throw new UnreadableRecording(
    `${source.name} is no workout that can be read: it is none of ${FORMATS}, or it is damaged from its beginning on.`,
  );
}

async function ofFit(bytes: Bytes, name: string): Promise<Points | null> {
  return pointsOfFit((await whole(bytes, LARGEST_FIT, name)).buffer);
}

async function whole(bytes: Bytes, limit: number, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const all = await collect(bytes, limit);
  if (all) return all;
  throw new UnreadableRecording(`${name} is larger than ${limit / 1_000_000} MB, which no workout is.`);
}

async function ofGzip(bytes: Bytes, source: Source, depth: number): Promise<Points> {
  const inner = unpacked(bytes, "gzip");
  const points = await pointsOf(null, inner.bytes, source, depth + 1);
  return inner.isCut() ? { ...points, cut: true } : points;
}

async function ofZip(zip: Blob, source: Source, depth: number): Promise<Points> {
  const { name, choose } = source;
  const entries = await entriesOf(zip);
  if (!entries) {
    throw new UnreadableRecording(`${name} is a zip file that breaks off or is damaged. Get it again, or unpack it first.`);
  }
  const workouts = await workoutsIn(zip, entries);
  const [only] = workouts;
  if (!only) {
    throw new UnreadableRecording(`${name} is a zip file, and no file in it is one of ${FORMATS}. Music has to be unpacked first.`);
  }
  const place = workouts.length === 1 ? 0 : await choose(workouts.map((each) => each.name));
  const entry = workouts[place] ?? only;
  const inner = { name: `${entry.name} in ${name}`, choose };
  return pointsOf(null, contentOf(zip, entry), inner, depth + 1);
}

/** An export of Apple Health holds routes as well, which have no heart rates. */
async function workoutsIn(zip: Blob, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const out: Entry[] = [];
  for (const entry of entries) {
    const [head] = await peek(contentOf(zip, entry, PACKED_HEAD_BYTES), HEAD_BYTES);
    const root = rootOf(head);
    if (root === "health") return [entry];
    if (root !== null || ["fit", "gzip", "zip"].includes(kindOf(head) ?? "")) out.push(entry);
  }
  return out;
}

async function ofXml(bytes: Bytes, head: Uint8Array, { name, choose }: Source): Promise<Points | null> {
  const reader = rootOf(head) === "health" ? new Health() : new Track();
  const isSound = await scan(bytes, head, reader, name);
  return reader instanceof Health ? reader.chosen(choose) : reader.found(isSound);
}

/** Reads up to the end; whether that lies outside of a tag. */
async function scan(
  bytes: Bytes,
  head: Uint8Array,
  reader: Listener & { readonly isFull: boolean },
  name: string,
): Promise<boolean> {
  const decoder = new TextDecoder(encodingOf(head));
  const scanner = new Scanner(reader);
  let read = 0;
  for await (const piece of bytes) {
    read += piece.length;
    if (read > LARGEST_TEXT) throw new UnreadableRecording(`${name} is longer than 8 GB, which no workout is.`);
    scanner.feed(decoder.decode(piece, { stream: true }));
    if (reader.isFull) break;
  }
  return scanner.end();
}

/** Puts points in order and leaves out what is no heart rate; throws `UnreadableRecording`. */
export function recordingOf(name: string, found: Points): Recording {
  const { points } = found;
  if (points.length > MOST_POINTS) {
    const most = MOST_POINTS.toLocaleString("en");
    throw new UnreadableRecording(`${name} holds more than ${most} heart rates, which no workout does.`);
  }
  const usable = inOrder(points.filter(isUsable));
  const [first, last] = [usable[0], usable.at(-1)];
  const left = leftOut(found);
  if (!first || !last) throw new UnreadableRecording(nothingIn(name, found, left));
  const samples = usable.map(([at_ms, heart_rate]) => [(at_ms - first[0]) / 1000, heart_rate] as const);
  const trouble = [found.cut ? damage(found, first[0], last[0]) : "", left];
  return { name, samples, trouble: trouble.filter(Boolean).join(" ") };
}

function isUsable([at_ms, heart_rate]: Point): boolean {
  return Number.isFinite(at_ms) && isHeartRate(heart_rate);
}

function damage({ points, before }: Points, first_ms: number, last_ms: number): string {
  const [until_ms] = points.slice(0, before).filter(isUsable).at(-1) ?? [first_ms];
  if (before === undefined || before === points.length) {
    return `The file breaks off after ${duration(last_ms - first_ms)}; what came before is used.`;
  }
  return `The file is damaged after ${duration(Math.max(0, until_ms - first_ms))}; what is whole before and after it is used.`;
}

function nothingIn(name: string, { points, empty = 0, cut, why }: Points, left: string): string {
  if (left) return `${name} holds nothing to play. ${left}`;
  if (cut) return `${name} breaks off or is damaged before its first heart rate, so there is nothing to play.`;
  const sentence = `${name} holds no heart rate, so there is nothing to play.`;
  return why && points.length + empty === 0 ? `${sentence} ${why}` : sentence;
}

/** Sentences on what was left out, for each reason one. */
function leftOut({ points, empty = 0 }: Points): string {
  const unread = points.filter(([, heart_rate]) => Number.isNaN(heart_rate)).length;
  const read = points.filter(([, heart_rate]) => !Number.isNaN(heart_rate));
  const beyond = read.filter(([, heart_rate]) => !isHeartRate(heart_rate)).length;
  const untimed = read.filter((point) => isHeartRate(point[1]) && !isUsable(point)).length;
  const { low, high } = HEART_RATE;
  return [
    because(beyond, `it does not lie between ${low} and ${high}`, `they do not lie between ${low} and ${high}`),
    because(untimed, "it has no time", "they have no times"),
    because(unread, "it is no number", "they are no numbers"),
    because(empty, "it is empty", "they are empty"),
  ].filter(Boolean).join(" ");
}

function because(count: number, one: string, several: string): string {
  if (count === 0) return "";
  return count === 1 ? `One heart rate was left out: ${one}.` : `${count} heart rates were left out: ${several}.`;
}
