import { useEffect, useRef, useState } from "react";

import { type Dropped, droppedFiles, sortDropped } from "../own/dropped";

interface Drop {
  readonly dropped: Dropped & { readonly at_ms: number };
  /** Whether files are held over the page. */
  readonly isOver: boolean;
  readonly forget: () => void;
}

const NOTHING: Drop["dropped"] = { recording: null, music: [], sentence: "", at_ms: 0 };

/** What was dropped last, anywhere on the page. */
export function useDropped(): Drop {
  const [dropped, setDropped] = useState(NOTHING);
  const isOver = useDrop((files) => {
    setDropped({ ...sortDropped(files), at_ms: Date.now() });
  });
  const forget = () => {
    setDropped(NOTHING);
  };
  return { dropped, isOver, forget };
}

/** Hears of files and folders; answers whether some are held over the page. */
function useDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
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
        latest.current(files);
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
