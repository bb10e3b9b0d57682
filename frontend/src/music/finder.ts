/** Finds the recordings of songs. */
import type { Recording, Recordings } from "./recordings";

/** What was found of a song last, and the recordings as they were when it was asked for. */
interface Found {
  readonly version: object;
  /** Undefined until that is known. */
  readonly recording: Recording | null | undefined;
}

/** The song that plays, and the one that comes next. */
const KEPT = 2;

export class Finder {
  private found: ReadonlyMap<string, Found> = new Map();

  /** `onFound` hears of every answer. */
  constructor(
    private readonly recordings: Recordings,
    private readonly onFound: () => void,
  ) {}

  /** The recording of the song; null where there is none, undefined until that is known. */
  recording(id: string): Recording | null | undefined {
    const version = this.recordings.version();
    const before = this.found.get(id);
    if (before?.version !== version) this.look(id, { version, recording: before?.recording });
    return this.found.get(id)?.recording;
  }

  private look(id: string, asked: Found): void {
    const others = [...this.found].filter(([other]) => other !== id).slice(1 - KEPT);
    this.found = new Map([...others, [id, asked]]);
    void this.recordings.recording(id).then((recording) => {
      if (this.found.get(id) !== asked) return;
      this.found = new Map([...this.found, [id, { ...asked, recording }]]);
      this.onFound();
    });
  }
}
