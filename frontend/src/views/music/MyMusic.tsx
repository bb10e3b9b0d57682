import { Suspense, lazy, useEffect, useRef, useState } from "react";

import { droppedFiles } from "../../own/dropped";
import { bring, uncollected } from "../../own/library";
import { OWN } from "../../wire/messages";
import type { Shelf } from "../../own/shelf";
import type { State } from "../../workout/store";
import type { Watch } from "../../workout/watch";
import "./MyMusic.css";
import type { Props as OwnMusicProps } from "./OwnMusic";
import { useSongs } from "./shelves";

/** With the parsers of music files, so only for who asks. */
const OwnMusic = lazy(() => import("./OwnMusic").catch(() => ({ default: NotLoaded })));

interface Props {
  readonly state: State;
  readonly shelf: Shelf;
  /** Why this browser does not keep music; else empty. */
  readonly trouble: string;
  readonly collect: Watch["collect"];
  /** Asks that songs be chosen from another library. */
  readonly onLibrary: (library: string) => void;
}

/** The way to one's own music, which opens at a press or when files are dropped on the page. */
export function MyMusic({ state, shelf, trouble, collect, onLibrary }: Props) {
  const songs = useSongs(shelf);
  const [open, setOpen] = useState(false);
  /** Stays when it is closed again: files may be on their way. */
  const [loaded, setLoaded] = useState(false);
  const [dropped, setDropped] = useState<readonly File[]>([]);
  useDrop((files) => {
    setDropped(files);
    setOpen(true);
    setLoaded(true);
  });
  useLeftovers(shelf, state.may_send, collect);
  return (
    <details
      className="own"
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        if (event.currentTarget.open) setLoaded(true);
      }}
    >
      <summary>
        <span>Use my own music</span> <span className="hint">{countWords(songs.length, state)}</span>
      </summary>
      {loaded && (
        <Suspense fallback={<p className="hint">Loading…</p>}>
          <OwnMusic
            state={state}
            shelf={shelf}
            dropped={dropped}
            collect={collect}
            onLibrary={onLibrary}
          />
        </Suspense>
      )}
      {trouble && <p className="hint">{trouble}</p>}
    </details>
  );
}

function NotLoaded(props: OwnMusicProps) {
  return (
    <p className="problem" role="alert">
      This part of the page could not be loaded{props.state.status.phase === "open" ? "" : ": there is no connection"}.
      Load the page again to try once more.
    </p>
  );
}

function countWords(count: number, { settings }: State): string {
  const songs = count === 1 ? "1 song" : `${count} songs`;
  if (settings?.library === OWN) return `${songs} here, chosen from now`;
  return count === 0 ? "" : `${songs} here`;
}

/** What an earlier visit could not bring to the library, once this one may. */
function useLeftovers(shelf: Shelf, may_send: boolean, collect: Watch["collect"]): void {
  useEffect(() => {
    if (!may_send) return;
    void shelf.load().then(async () => {
      const left = uncollected(shelf.songs());
      // Refused again: the panel says what is missing, and offers to send it.
      if (left.length > 0) await bring(shelf, left, collect).catch(() => undefined);
    });
  }, [shelf, may_send, collect]);
}

/** Hears of music that is dropped anywhere on the page. */
function useDrop(onFiles: (files: readonly File[]) => void): void {
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // else the browser leaves the page for the file
      void droppedFiles(event.dataTransfer.items).then(
        (files) => {
          if (files.length > 0) latest.current(files);
        },
        () => undefined, // a folder that went away meanwhile
      );
    };
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
    };
  }, []);
}
