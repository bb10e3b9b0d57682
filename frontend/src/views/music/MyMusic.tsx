import { Suspense, lazy, useEffect, useState } from "react";

import { bring, notInLibrary } from "../../ownSongs/library";
import { Mailbox } from "../../ownSongs/mailbox";
import { OWN } from "../../wire/messages";
import type { Shelf } from "../../ownSongs/shelf";
import type { State, Store } from "../../session/store";
import type { Watch } from "../../session/watch";
import "./MyMusic.css";
import type { Props as OwnMusicProps } from "./OwnMusic";
import { useSongs } from "./shelves";

/** With the parsers of music files, so only for who asks. */
const OwnMusic = lazy(() => import("./OwnMusic").catch(() => ({ default: NotLoaded })));

interface Props {
  readonly store: Store;
  readonly state: State;
  readonly shelf: Shelf;
  /** Why this browser does not keep music; else empty. */
  readonly trouble: string;
  /** Music that is dropped on the page. */
  readonly dropped: Mailbox<readonly File[]>;
  /** What to go back to from one's own music. */
  readonly library: string;
  readonly sendOwnSongs: Watch["sendOwnSongs"];
  /** Asks that songs be chosen from another library. */
  readonly onLibrary: (library: string) => void;
}

/** The way to one's own music, which opens at a press or when files are dropped on the page. */
export function MyMusic(props: Props) {
  const { store, state, shelf, trouble, dropped, library, sendOwnSongs, onLibrary } = props;
  const songs = useSongs(shelf);
  const [open, setOpen] = useState(false);
  /** Stays when it is closed again: files may be on their way. */
  const [loaded, setLoaded] = useState(false);
  /** What was dropped waits here until what reads it is loaded. */
  const [unread] = useState(() => new Mailbox<readonly File[]>());
  useEffect(
    () =>
      dropped.take((files) => {
        setOpen(true);
        setLoaded(true);
        unread.post(files);
      }),
    [dropped, unread],
  );
  useLeftovers(shelf, state.may_send, sendOwnSongs);
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
            store={store}
            state={state}
            shelf={shelf}
            dropped={unread}
            library={library}
            sendOwnSongs={sendOwnSongs}
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
function useLeftovers(shelf: Shelf, may_send: boolean, sendOwnSongs: Watch["sendOwnSongs"]): void {
  useEffect(() => {
    if (!may_send) return;
    void shelf.load().then(async () => {
      const left = notInLibrary(shelf.songs());
      // Refused again: the panel says what is missing, and offers to send it.
      if (left.length > 0) await bring(shelf, left, sendOwnSongs).catch(() => undefined);
    });
  }, [shelf, may_send, sendOwnSongs]);
}
