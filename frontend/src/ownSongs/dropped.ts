/** Files and folders that were dropped on the page. */

import { type Content, contentOf } from "./content";

/** What was dropped, by what it may be; `sentence` is about what is taken for neither, or empty. */
export interface Dropped {
  readonly recording: File | null;
  readonly music: readonly File[];
  readonly sentence: string;
}

/** Tells a recorded workout from music by what is in the files; of several workouts the first. */
export async function sortDropped(files: readonly File[]): Promise<Dropped> {
  const contents = await contentsOf(files);
  const of = (content: Content) => files.filter((_, index) => contents[index] === content);
  const [[recording = null, ...others], music] = [of("recording"), of("music")];
  return { recording, music, sentence: leftSentence(recording, music, others.length) };
}

function leftSentence(recording: File | null, music: readonly File[], others: number): string {
  if (!recording && music.length === 0) {
    return "There is nothing for this page in what you dropped: it takes music, and workouts as FIT, TCX or GPX files, also packed, or from Apple Health.";
  }
  if (!recording || others === 0) return "";
  const left = others === 1 ? "The other one was" : `The other ${others} were`;
  return `Only one recorded workout can be played at a time: ${recording.name}. ${left} left out.`;
}

/** The files of a drop, those in its folders too. */
export async function droppedFiles(items: DataTransferItemList): Promise<readonly File[]> {
  // The list is empty once the event is over, so all is taken out of it before the first wait.
  const all = [...items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files = await Promise.all(
    all.map(async ({ entry, file }) => (entry ? filesOf(entry) : file ? [file] : [])),
  );
  return files.flat();
}

/** What of a choice of files may be music; covers, playlists and the like are passed over. */
export async function musicOf(files: readonly File[]): Promise<readonly File[]> {
  const contents = await contentsOf(files);
  return files.filter((_, index) => contents[index] === "music");
}

/** So many files are looked into at a time. */
const AT_ONCE = 32;

async function contentsOf(files: readonly File[]): Promise<readonly Content[]> {
  const out: Content[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    out.push(...(await Promise.all(files.slice(at, at + AT_ONCE).map(contentOf))));
  }
  return out;
}

async function filesOf(entry: FileSystemEntry): Promise<readonly File[]> {
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => {
    entry.file(resolve, reject);
  })];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const out: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return out;
    for (const each of some) out.push(...(await filesOf(each)));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
