/** Finds the recording of a song. */
import type { Recordings } from "./recordings";

/** The song that was asked for, and the recordings as they were then. */
interface Wanted {
  readonly id: string;
  readonly version: object;
}

export class Finder {
  private wanted: Wanted | null = null;
  private found: { readonly id: string; readonly file: Blob | null } | null = null;

  /** `onFound` hears of every answer. */
  constructor(
    private readonly recordings: Recordings,
    private readonly onFound: () => void,
  ) {}

  /** The recording of the song; null where there is none, undefined until that is known. */
  file(id: string): Blob | null | undefined {
    const version = this.recordings.version();
    if (this.wanted?.id !== id || this.wanted.version !== version) this.look({ id, version });
    return this.found?.id === id ? this.found.file : undefined;
  }

  private look(wanted: Wanted): void {
    this.wanted = wanted;
    void this.recordings.file(wanted.id).then((file) => {
      if (this.wanted !== wanted) return;
      this.found = { id: wanted.id, file };
      this.onFound();
    });
  }
}
