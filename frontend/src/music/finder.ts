/** Finds the recording of a song on the shelf. */
import type { Shelf, ShelfSong } from "../ownSongs/shelf";

/** The song that was asked for, and the shelf as it was then. */
interface Wanted {
  readonly id: string;
  readonly songs: readonly ShelfSong[];
}

export class Finder {
  private wanted: Wanted | null = null;
  private found: { readonly id: string; readonly file: Blob | null } | null = null;

  /** `onFound` hears of every answer. */
  constructor(
    private readonly shelf: Shelf,
    private readonly onFound: () => void,
  ) {}

  /** The recording of the song; null where there is none, undefined until that is known. */
  file(id: string): Blob | null | undefined {
    const songs = this.shelf.songs();
    if (this.wanted?.id !== id || this.wanted.songs !== songs) this.look({ id, songs });
    return this.found?.id === id ? this.found.file : undefined;
  }

  private look(wanted: Wanted): void {
    this.wanted = wanted;
    void this.shelf.file(wanted.id).then((file) => {
      if (this.wanted !== wanted) return;
      this.found = { id: wanted.id, file };
      this.onFound();
    });
  }
}
