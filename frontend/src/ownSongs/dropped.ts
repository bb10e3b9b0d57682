/** Files and folders that were dropped on the page. */

import { isRecording } from "../heart/recorded";

/** What was dropped, by what it may be; `sentence` is about what is taken for neither, or empty. */
export interface Dropped {
  readonly recording: File | null;
  readonly music: readonly File[];
  readonly sentence: string;
}

/** Tells a recorded workout from music; of several workouts the first. */
export function sortDropped(files: readonly File[]): Dropped {
  const [recording = null, ...others] = files.filter(isRecording);
  const music = musicOf(files);
  return { recording, music, sentence: leftSentence(recording, music, others.length) };
}

function leftSentence(recording: File | null, music: readonly File[], others: number): string {
  if (!recording && music.length === 0) {
    return "There is nothing for this page in what you dropped: it takes music, and workouts as FIT, TCX or GPX files.";
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

/** What lies among music and is none: covers, playlists, lists, systems' own files. */
const BESIDE_MUSIC = new Set(
  (
    "jpg jpeg png gif webp bmp tif tiff ico m3u m3u8 pls xspf cue wpl asx nfo log md5 sfv lrc " +
    "ini db lnk url plist itdb itl"
  ).split(" "),
);

/** What of a choice of files may be music. */
export function musicOf(files: readonly File[]): readonly File[] {
  return files.filter((file) => !isBesideMusic(file.name) && !isRecording(file));
}

function isBesideMusic(name: string): boolean {
  return name.startsWith(".") || BESIDE_MUSIC.has(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "");
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
