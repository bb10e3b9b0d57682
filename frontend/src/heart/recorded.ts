/** A recorded workout from a file, as a source of heart rate. */
import { readFile } from "./reading";
import { Replay } from "./replay";
import type { Running, SourceListener } from "./source";

/** What recorded workouts are mostly called; what a file holds is told when it is read. */
export const RECORDINGS = [".fit", ".tcx", ".gpx", ".gz", ".zip", ".xml"] as const;

export interface PlayingFile extends Running {
  setSpeed(speed: number): void;
  /** Plays one of the workouts that the file holds. */
  choose(place: number): void;
  /** Goes on where a pause of the recording ends. */
  skipPause(): void;
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
  let chosen: (place: number) => void = () => undefined;
  const leaving = new AbortController();
  const tellReading = () => {
    listener.onStatus({ phase: "beginning", way: "file", sentence: `Reading ${file.name}…` });
  };
  const choose = (names: readonly string[]) => {
    const sentence = `${file.name} holds ${names.length} workouts. Choose the one to play.`;
    listener.onStatus({ phase: "beginning", way: "file", sentence, choices: names });
    return new Promise<number>((resolve) => {
      chosen = (place) => {
        tellReading();
        resolve(place);
      };
    });
  };
  tellReading();
  readFile(file, choose, leaving.signal).then(
    (recording) => {
      if (!leaving.signal.aborted) replay = new Replay(recording, wished, newestTime(), listener);
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
    choose: (place) => {
      chosen(place);
    },
    skipPause: () => {
      replay?.skipPause();
    },
    stop: () => {
      leaving.abort();
      replay?.stop();
    },
  };
}
