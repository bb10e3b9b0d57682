/** What a file is, told by its first bytes. */

export type Kind = "fit" | "gzip" | "zip" | "xml" | "music" | "text" | "other";

/** So many tell: the root of XML stands among them, behind what a program says of itself. */
export const HEAD_BYTES = 4_096;

/** The root of a recorded workout: TCX, GPX, and the export of Apple Health. */
const ROOT = /<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?(TrainingCenterDatabase|gpx|HealthData)[\s/>]/i;

/** Marks of files, and where they stand. Sources: the formats' own specifications. */
const MARKS: readonly (readonly [kind: Kind, at: number, mark: string])[] = [
  ["fit", 8, ".FIT"],
  ["gzip", 0, "\x1f\x8b"],
  ["zip", 0, "PK\x03\x04"],
  ["zip", 0, "PK\x05\x06"],
  ["music", 0, "ID3"],
  ["music", 0, "fLaC"],
  ["music", 0, "OggS"],
  ["music", 8, "WAVE"],
  ["music", 8, "AIF"],
  ["music", 4, "ftyp"],
  ["music", 0, "\x1a\x45\xdf\xa3"],
  ["music", 0, "caff"],
  ["music", 0, "MAC "],
  ["music", 0, "wvpk"],
  ["other", 0, "\xff\xd8\xff"], // JPEG, before the frames of MPEG audio
  ["other", 0, "\x89PNG"],
  ["other", 0, "GIF8"],
  ["other", 8, "WEBP"],
  ["other", 0, "BM"],
  ["other", 0, "%PDF"],
  ["other", 0, "\x00\x00\x01\x00"],
];

/** Null where nothing in its first bytes tells. */
export function kindOf(head: Uint8Array): Kind | null {
  const letters = String.fromCharCode(...head.subarray(0, 16));
  const marked = MARKS.find(([, at, mark]) => letters.startsWith(mark, at));
  if (marked) return marked[0];
  if (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0 && !isUtf16(head)) return "music"; // MPEG
  const text = new TextDecoder(encodingOf(head)).decode(head);
  if (text.trimStart().startsWith("<")) return "xml";
  return head.length > 0 && isText(text) ? "text" : null;
}

/** Which recorded workout the first bytes of XML begin; null where none, or where it is said later. */
export function rootOf(head: Uint8Array): "tcx" | "gpx" | "health" | null {
  const root = ROOT.exec(new TextDecoder(encodingOf(head)).decode(head))?.[1]?.toLowerCase();
  if (root === undefined) return null;
  return root === "gpx" ? "gpx" : root === "healthdata" ? "health" : "tcx";
}

/** How the text is written, told by its mark, or by the zeros beside its letters. */
export function encodingOf(head: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  const [first, second, third, fourth] = head;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return "utf-16le";
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return "utf-16be";
  return "utf-8";
}

function isUtf16(head: Uint8Array): boolean {
  return encodingOf(head) !== "utf-8";
}

function isText(text: string): boolean {
  return !/[\x00-\x08\x0e-\x1a\ufffd]/.test(text.slice(0, 1_000));
}
