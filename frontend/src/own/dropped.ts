/** Files and folders that were dropped on the page. */

/** Recordings of workouts, which are not music. */
const WORKOUT = /\.(fit|tcx|gpx)$/i;

/** The files of a drop, those in its folders too, without hidden ones and recorded workouts. */
export async function droppedFiles(items: DataTransferItemList): Promise<readonly File[]> {
  // The list is empty once the event is over, so all is taken out of it before the first wait.
  const all = [...items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files = await Promise.all(
    all.map(async ({ entry, file }) => (entry ? filesOf(entry) : file ? [file] : [])),
  );
  return musicOf(files.flat());
}

/** What of a choice of files may be music. */
export function musicOf(files: readonly File[]): readonly File[] {
  return files.filter(({ name }) => !name.startsWith(".") && !WORKOUT.test(name));
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
