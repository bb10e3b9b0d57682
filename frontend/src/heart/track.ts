/** TCX and GPX, the XML of sport watches and portals. */
import type { Points } from "./points";

interface Format {
  readonly root: string;
  /** The element of one moment, and those in it of its time and its heart rate. */
  readonly point: string;
  readonly time: string;
  readonly heart_rate: string;
  /** What ends a file that breaks off after a point. */
  readonly end: string;
}

const FORMATS: readonly Format[] = [
  {
    root: "TrainingCenterDatabase",
    point: "Trackpoint",
    time: "Time",
    heart_rate: "HeartRateBpm",
    end: "</Track></Lap></Activity></Activities></TrainingCenterDatabase>",
  },
  { root: "gpx", point: "trkpt", time: "time", heart_rate: "hr", end: "</trkseg></trk></gpx>" },
];

/** The heart rates of the file's points; null where it is neither TCX nor GPX. */
export function pointsOfXml(text: string): Points | null {
  const trimmed = text.trimStart(); // some exports begin with blanks, which XML forbids
  const format = FORMATS.find(({ root }) => new RegExp(`^[^]{0,2000}?<(\\w+:)?${root}[\\s>]`).test(trimmed));
  if (!format) return null;
  const isWhole = trimmed.trimEnd().endsWith(`${format.root}>`);
  const document = parse(isWhole ? trimmed : mend(trimmed, format));
  const points = pointsIn(document, format);
  if (!isBroken(document)) return { points, cut: !isWhole };
  // Damaged in its middle: some browsers keep what came before, up to half a point.
  return { points: points.slice(0, -1), cut: true };
}

function parse(text: string): Document {
  return new DOMParser().parseFromString(text, "application/xml");
}

function isBroken(document: Document): boolean {
  return document.getElementsByTagName("parsererror").length > 0;
}

/** The file up to its last whole point, ended as it should be; as it is where it has no point. */
export function mend(text: string, { point, end }: Pick<Format, "point" | "end">): string {
  const last = `</${point}>`;
  const at = text.lastIndexOf(last);
  return at < 0 ? text : text.slice(0, at + last.length) + end;
}

function pointsIn(document: Document, { point, time, heart_rate }: Format): Points["points"] {
  return elements(document, point).flatMap((each) => {
    const [said] = elements(each, heart_rate);
    if (!said) return [];
    const at_ms = Date.parse(elements(each, time)[0]?.textContent.trim() ?? "");
    return [[at_ms, Number(said.textContent)] as const];
  });
}

function elements(within: Document | Element, name: string): readonly Element[] {
  return [...within.getElementsByTagNameNS("*", name)];
}
