/** A recorded workout from a file, as a source of heart rate. */
import type { Recording } from "./recording";
import { Replay } from "./replay";
import type { Running, SourceListener } from "./source";

/** By their names: what a file holds is told when it is read. */
export const RECORDINGS = [".fit", ".tcx", ".gpx"] as const;

/** Whether a file calls itself a recorded workout. */
export function isRecording({ name }: File): boolean {
  return RECORDINGS.some((ending) => name.toLowerCase().endsWith(ending));
}

export interface PlayingFile extends Running {
  setSpeed(speed: number): void;
}

/** Reads `file`, then plays it after `newestTime()`, epoch ms of the workout so far. */
export function playFile(
  file: File,
  speed: number,
  newestTime: () => number,
  listener: SourceListener,
): PlayingFile {
  let wished = speed;
  let replay: Replay | null = null;
  let stopped = false;
  listener.onStatus({ phase: "beginning", way: "file", sentence: `Reading ${file.name}…` });
  read(file).then(
    (recording) => {
      if (!stopped) replay = new Replay(recording, wished, newestTime(), listener);
    },
    (error: unknown) => {
      const sentence = error instanceof Error ? error.message : String(error);
      listener.onStatus({ phase: "failed", sentence });
    },
  );
  return {
    setSpeed: (speed) => {
      wished = speed;
      replay?.setSpeed(speed);
    },
    stop: () => {
      stopped = true;
      replay?.stop();
    },
  };
}

/** What reads files is loaded with the first of them. */
async function read(file: File): Promise<Recording> {
  const reader = await import("./recording").catch(() => null);
  if (!reader) throw new Error("What reads files could not be loaded. Try again with a connection.");
  return reader.readRecording(file);
}
