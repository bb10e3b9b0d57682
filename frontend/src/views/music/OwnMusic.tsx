import { useEffect, useEffectEvent, useState } from "react";

import { hearFile, playableSeconds } from "../../ownSongs/detect";
import { musicOf } from "../../ownSongs/dropped";
import { type Intake, intakeSentence, songs as countOf, takeIn } from "../../ownSongs/intake";
import { bring, notInLibrary, removeAll } from "../../ownSongs/library";
import type { Mailbox } from "../../ownSongs/mailbox";
import { OWN } from "../../wire/messages";
import type { Shelf, ShelfSong } from "../../ownSongs/shelf";
import type { State, Store } from "../../session/store";
import { tagsOf } from "../../ownSongs/tags";
import type { Watch } from "../../session/watch";
import { OwnSongs } from "./OwnSongs";
import { PickFiles } from "./PickFiles";
import { Press } from "../Press";
import { useFocusKept, useLeaving, useWaiting } from "../hooks";
import { useSongs } from "./shelves";

const EARS = { tagsOf, playableSeconds, hearFile };

export interface Props {
  readonly store: Store;
  readonly state: State;
  readonly shelf: Shelf;
  /** Files that are dropped on the page. */
  readonly dropped: Mailbox<readonly File[]>;
  /** What to go back to from one's own music. */
  readonly library: string;
  readonly sendOwnSongs: Watch["sendOwnSongs"];
  /** The same function each time. */
  readonly onLibrary: (library: string) => void;
}

/** One's own music: picked, read, kept, and brought to the library that songs are chosen from. */
export default function OwnMusic(props: Props) {
  const { store, state, shelf, dropped, library, sendOwnSongs, onLibrary } = props;
  const songs = useSongs(shelf);
  const [intake, setIntake] = useState<Intake | null>(null);
  const [busy, setBusy] = useState("");
  const [failure, setFailure] = useState("");
  const [cancel, setCancel] = useState<AbortController | null>(null);
  const [removed, setRemoved] = useState(false);
  const leaving = useLeaving();
  const isOwn = state.settings?.library === OWN;
  /** Whether it is chosen for a session that does not run yet. */
  const begins = state.session === null && isOwn;
  const left = notInLibrary(songs);
  /** Whether nothing is left to do for one's own music to play. */
  const plays = isOwn && left.length === 0;
  const changing = useWaiting(state.change);
  const words =
    cancel === null
      ? `${intake ? `${intakeSentence(intake)} ` : ""}${busy || (removed ? REMOVED : standing(songs, left, isOwn, begins))}`
      : "";
  const { note, keepFocus } = useFocusKept(words);
  const off = busy !== "" || cancel !== null || !state.may_send;

  /** Asked of the store: reading takes long enough for anything to change meanwhile. */
  const isOwnNow = () => store.get().settings?.library === OWN;
  const run = async (doing: string, task: () => Promise<void>) => {
    setBusy(doing);
    setFailure("");
    try {
      await task();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy("");
    }
  };
  const choose = (chosen: string) => {
    if (!leaving.current.aborted) onLibrary(chosen);
  };
  const playOwn = (some: readonly ShelfSong[]) =>
    run("Adding the songs to your library…", async () => {
      await bring(shelf, some, sendOwnSongs);
      if (!isOwnNow()) choose(OWN);
    });
  const turn = (song: ShelfSong) =>
    run("Changing the tempo…", async () => {
      const turned = await shelf.turnTempo(song.id);
      if (turned) await bring(shelf, [turned], sendOwnSongs);
    });
  const take = async (files: readonly File[]) => {
    if (off) {
      setFailure(state.may_send ? BUSY : NOT_YOURS);
      return;
    }
    const stopper = new AbortController();
    setCancel(stopper);
    setRemoved(false);
    setFailure("");
    leaving.current.addEventListener("abort", () => {
      stopper.abort();
    });
    keepStored();
    const done = await takeIn(files, shelf, EARS, stopper.signal, setIntake);
    setIntake(done);
    setCancel(null);
    if (leaving.current.aborted) return;
    if (done.added + done.known > 0) await playOwn(notInLibrary(shelf.songs()));
  };
  const takeDropped = useEffectEvent(take);
  useEffect(
    () =>
      dropped.take((files) => {
        void takeDropped(files);
      }),
    [dropped],
  );

  return (
    <div className="own-music">
      <p>
        Your files stay in this browser. What is sent of each is its title, artist, genre, tempo and
        length, so that songs can be chosen from them.
      </p>
      {!state.may_send && <p>Only the athlete can do this, not who watches their workout.</p>}
      <PickFiles off={off} onFiles={(files) => void musicOf(files).then(take)} />
      <Reading intake={intake} cancel={cancel} onStop={keepFocus} />
      <p role="status" data-testid="own-note" ref={note} tabIndex={-1}>
        {words}
      </p>
      {failure && <p className="problem" role="alert">{failure}</p>}
      <div className="buttons">
        {(songs.length > 0 || isOwn) && (
          <Press
            off={off || changing}
            onPress={() => {
              if (plays) choose(library);
              else void playOwn(songs);
            }}
          >
            {plays ? "Play from the library again" : "Play from my own music"}
          </Press>
        )}
        {songs.length > 0 && (
          <Remove
            off={off}
            count={songs.length}
            onRemove={() => {
              setIntake(null);
              keepFocus();
              void run("Removing the songs…", async () => {
                await removeAll(shelf, sendOwnSongs);
                setRemoved(true);
                if (isOwnNow()) choose(library);
              });
            }}
          />
        )}
      </div>
      <Refused sentences={intake?.sentences ?? []} />
      <OwnSongs
        songs={songs}
        shelf={shelf}
        opinions={state.opinions}
        off={off}
        onTurn={(song) => void turn(song)}
      />
    </div>
  );
}

const BUSY = "These files were not read. Choose them again when what is going on is done.";
const NOT_YOURS =
  "These files were not read: only the athlete can add music, not who watches their workout.";
const REMOVED = "Your music is removed, from this browser and from your library.";

/** Else the browser may throw it away when it needs room; it may refuse, and ask the person. */
function keepStored(): void {
  if ("storage" in navigator) navigator.storage.persist().catch(() => undefined);
}

interface ReadingProps {
  readonly intake: Intake | null;
  readonly cancel: AbortController | null;
  readonly onStop: () => void;
}

function Reading({ intake, cancel, onStop }: ReadingProps) {
  if (!intake || !cancel) return null;
  return (
    <div className="reading-files">
      <label>
        <span>{`${intake.done} of ${intake.total} files read`}</span>
        <progress value={intake.done} max={intake.total} />
      </label>
      <Press
        off={cancel.signal.aborted}
        onPress={() => {
          cancel.abort();
          onStop();
        }}
      >
        Stop reading
      </Press>
    </div>
  );
}

interface RemoveProps {
  readonly off: boolean;
  readonly count: number;
  readonly onRemove: () => void;
}

/** Asks once more, as every file would have to be picked again. */
function Remove({ off, count, onRemove }: RemoveProps) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Press
        off={off}
        pressed={asked}
        onPress={() => {
          setAsked(!asked);
        }}
      >
        Remove my music
      </Press>
      {asked && (
        <Press
          off={off}
          onPress={() => {
            setAsked(false);
            onRemove();
          }}
        >
          {`Yes, remove ${count === 1 ? "the song" : `all ${count} songs`}`}
        </Press>
      )}
    </>
  );
}

function Refused({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div className="refused-files">
      <h3>{sentences.length === 1 ? "About one file" : `About ${sentences.length} files`}</h3>
      <ul>
        {sentences.map((sentence, index) => (
          <li key={index}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}

/** How things stand when nothing is on its way. */
function standing(
  songs: readonly ShelfSong[],
  left: readonly ShelfSong[],
  isOwn: boolean,
  begins: boolean,
): string {
  if (songs.length === 0) return "";
  if (left.length === 1) return "1 song of yours is not in your library yet.";
  if (left.length > 1) return `${left.length} songs of yours are not in your library yet.`;
  const library = `${countOf(songs.length)} in your library.`;
  if (begins) return `${library} Your music plays as soon as a workout begins.`;
  return isOwn ? "Songs are chosen from your own music, from the next choice on." : library;
}
