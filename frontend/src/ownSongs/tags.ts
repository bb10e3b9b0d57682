/** What a music file says about itself. Loaded only when files are read: the parsers are large. */
import { parseBlob } from "music-metadata";

/** `null` is what the file does not say, or says wrongly. */
export interface Tags {
  readonly title: string | null;
  readonly artist: string | null;
  readonly genre: string | null;
  /** Beats a minute. */
  readonly tempo: number | null;
  readonly duration_seconds: number | null;
}

const NONE: Tags = { title: null, artist: null, genre: null, tempo: null, duration_seconds: null };

/** The tags of `file`; none where no parser knows it, as a browser may play it all the same. */
export async function tagsOf(file: Blob): Promise<Tags> {
  try {
    const { common, format } = await parseBlob(file, { duration: true, skipCovers: true });
    return {
      title: text(common.title),
      artist: text(common.artist),
      genre: text(common.genre?.[0]),
      tempo: number(common.bpm),
      duration_seconds: number(format.duration),
    };
  } catch {
    return NONE;
  }
}

function text(value: string | undefined): string | null {
  return value?.trim() ? value.trim() : null;
}

/** Tags are written by anything: a tempo may come as text, or as 0 for unknown. */
function number(value: unknown): number | null {
  const read = Number(value);
  return Number.isFinite(read) && read > 0 ? read : null;
}
