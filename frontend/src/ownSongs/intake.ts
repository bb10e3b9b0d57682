/** Files that were picked, one after the other, onto the shelf. */
import { type Ears, UnusableFile, idOf, readSong } from "./reading";
import type { Shelf } from "./shelf";

/** How far the reading is, and what was said on the way. */
export interface Intake {
  readonly done: number;
  readonly total: number;
  /** New on the shelf. */
  readonly added: number;
  /** On the shelf before. */
  readonly known: number;
  /** A sentence for each file that cannot be used, or cannot be kept. */
  readonly sentences: readonly string[];
}

/** Reads `files` onto `shelf` until all are read or `cancel` is given; `onStep` hears of each. */
export async function takeIn(
  files: readonly File[],
  shelf: Shelf,
  ears: Ears,
  cancel: AbortSignal,
  onStep: (intake: Intake) => void,
): Promise<Intake> {
  let intake: Intake = { done: 0, total: files.length, added: 0, known: 0, sentences: [] };
  for (const file of files) {
    onStep(intake);
    const taken = await takeOne(file, intake, shelf, ears, cancel);
    if (!taken) break;
    intake = { ...taken, done: intake.done + 1 };
  }
  return intake;
}

/** Null where `cancel` was given before the file was read. */
async function takeOne(
  file: File,
  intake: Intake,
  shelf: Shelf,
  ears: Ears,
  cancel: AbortSignal,
): Promise<Intake | null> {
  try {
    cancel.throwIfAborted();
    const id = await idOf(file);
    if (shelf.has(id)) return { ...intake, known: intake.known + 1 };
    const sentence = await shelf.add(await unless(cancel, readSong(id, file, ears, cancel)), file);
    return { ...withSentence(intake, sentence), added: intake.added + 1 };
  } catch (error) {
    if (cancel.aborted) return null;
    const sentence =
      error instanceof UnusableFile ? error.message : `${file.name} could not be read from the disk.`;
    return withSentence(intake, sentence);
  }
}

/** What `work` answers; rejects as soon as `cancel` is given, as a decoder cannot be stopped. */
function unless<T>(cancel: AbortSignal, work: Promise<T>): Promise<T> {
  let leave = () => {};
  const cancelled = new Promise<never>((_, reject) => {
    const stop = () => {
      reject(new Error("Stopped."));
    };
    cancel.addEventListener("abort", stop);
    leave = () => {
      cancel.removeEventListener("abort", stop);
    };
  });
  return Promise.race([work, cancelled]).finally(leave);
}

function withSentence(intake: Intake, sentence: string): Intake {
  return sentence ? { ...intake, sentences: [...intake.sentences, sentence] } : intake;
}

/** What became of the files, in a sentence. */
export function intakeSentence({ done, total, added, known }: Intake): string {
  if (total === 0) return "There are no files in what you chose.";
  const stopped = done < total ? `Stopped after ${done} of ${total} files. ` : "";
  const again = known > 0 ? ` ${songs(known)} ${known === 1 ? "was" : "were"} here already.` : "";
  return `${stopped}${added === 0 ? "No song is" : added === 1 ? "1 song is" : `${added} songs are`} new.${again}`;
}

/** 1 → "1 song", 2 → "2 songs". */
export function songs(count: number): string {
  return count === 1 ? "1 song" : `${count} songs`;
}
