/** Whether a file is music or a recorded workout, told by what is in it. */
import { HEAD_BYTES, kindOf, rootOf } from "../heart/kind";

export type Content = "recording" | "music" | "neither";

/** Of a file whose first bytes say nothing, the name has to tell. */
const RECORDED = /\.(fit|tcx|gpx)(\.gz)?$/i;
const MUSIC = /\.(mp3|m4a|aac|flac|ogg|oga|opus|wav|wave|aif|aiff|wma|webm|mp4|mka|caf|ape|wv)$/i;

export async function contentOf(file: File): Promise<Content> {
  if (file.name.startsWith(".")) return "neither";
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer().catch(() => new ArrayBuffer(0)));
  const kind = kindOf(head);
  if (kind === "fit" || kind === "gzip" || kind === "zip") return "recording";
  if (kind === "music") return "music";
  if (kind === "other") return "neither";
  if (kind === "xml" && rootOf(head) !== null) return "recording";
  if (RECORDED.test(file.name)) return "recording";
  return kind !== "xml" && (MUSIC.test(file.name) || file.type.startsWith("audio/")) ? "music" : "neither";
}
