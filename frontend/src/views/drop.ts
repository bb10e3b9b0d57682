import { useEffect, useEffectEvent, useState } from "react";

import { droppedFiles, sortDropped } from "../ownSongs/dropped";
import { Mailbox } from "../ownSongs/mailbox";
import type { Problem } from "../session/store";

interface Drop {
  /** Recorded workouts that were dropped. */
  readonly recordings: Mailbox<File>;
  /** Music that was dropped. */
  readonly music: Mailbox<readonly File[]>;
  /** Why what was dropped is not used. */
  readonly problem: Problem | null;
  /** Whether files are held over the page. */
  readonly isOver: boolean;
  readonly forget: () => void;
}

/** What is dropped, anywhere on the page. */
export function useDropped(): Drop {
  const [recordings] = useState(() => new Mailbox<File>());
  const [music] = useState(() => new Mailbox<readonly File[]>());
  const [problem, setProblem] = useState<Problem | null>(null);
  const isOver = useDrop((files) => {
    void sortDropped(files).then((sorted) => {
      setProblem(sorted.sentence ? { sentence: sorted.sentence, at_ms: Date.now() } : null);
      if (sorted.recording) recordings.post(sorted.recording);
      if (sorted.music.length > 0) music.post(sorted.music);
    });
  });
  const forget = () => {
    setProblem(null);
    recordings.clear();
    music.clear();
  };
  return { recordings, music, problem, isOver, forget };
}

/** Hears of files and folders; answers whether some are held over the page. */
function useDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const take = useEffectEvent(onFiles);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // or the browser would leave the page for the file
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const none = () => []; // a folder that went away meanwhile
      void droppedFiles(event.dataTransfer.items).catch(none).then((files) => {
        take(files);
      });
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}
