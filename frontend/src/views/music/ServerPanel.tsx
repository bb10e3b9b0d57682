import { useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from "react";

import { LISTEN_AT_ONCE, MOST_OWN_SONGS, type MusicServer, type Standing, weightOf } from "../../musicServer/server";
import { type ServerSong, isUnheard } from "../../musicServer/songs";
import type { Shelf } from "../../ownSongs/shelf";
import type { State } from "../../session/store";
import { OWN } from "../../wire/messages";
import { Press } from "../Press";
import { useStore } from "../hooks";
import { ServerForm } from "./ServerForm";

export interface Props {
  readonly state: State;
  readonly shelf: Shelf;
  readonly server: MusicServer;
  readonly library: string;
  readonly onLibrary: (library: string) => void;
}

/** More would make the page slow, and nobody reads them. */
const SHOWN = 100;

/** A music server: connected, listened to, and removed. */
export default function ServerPanel({ state, shelf, server, library, onLibrary }: Props) {
  const standing = useStore(server.standing);
  const songs = useSyncExternalStore(server.subscribe, server.songs);
  const ready = songs.filter(({ in_library }) => in_library).length;
  const isOwn = state.settings?.library === OWN;
  const { wish, onChosen } = useWish(ready, isOwn, onLibrary);
  const busy = standing.doing !== "";
  const off = busy || !state.may_send;
  const room = () => MOST_OWN_SONGS - shelf.songs().length;
  const unheard = songs.filter(isUnheard);
  const [anew, setAnew] = useState(false);
  const connected = standing.host !== "";
  return (
    <div className="own-music">
      <p>
        Navidrome, gonic, Airsonic, LMS, Supysonic or another server that speaks Subsonic. Your browser speaks to it by
        itself: nobody else gets its address, your user, your password or a song. Of each song, title, artist, genre,
        tempo and length are sent to your own library, so that songs can be chosen from them.
      </p>
      {!state.may_send && <p>Only the athlete can do this, not who watches their workout.</p>}
      {connected && <p data-testid="server-connected">{connectedWords(standing)}</p>}
      {(!connected || anew) && (
        <ServerForm
          off={off}
          wantsPassword={standing.wants_password}
          onConnect={(entered) => {
            wish();
            void server.connect(entered, room()).then((done) => {
              if (done) setAnew(false);
            });
          }}
        />
      )}
      <Going standing={standing} onStop={() => { server.stop(); }} />
      <p role="status" data-testid="server-note">
        {busy ? "" : [standing.note, countWords(songs, ready)].filter(Boolean).join(" ")}
      </p>
      {standing.failure && <p className="problem" role="alert">{standing.failure}</p>}
      <div className="buttons">
        {ready > 0 && (
          <Press
            off={!state.may_send}
            onPress={() => {
              onChosen();
              onLibrary(isOwn ? library : OWN);
            }}
          >
            {isOwn ? "Play from the library again" : "Play from my music server"}
          </Press>
        )}
        {connected && (
          <Press off={off} onPress={() => void server.refresh(room())}>
            Look for new songs
          </Press>
        )}
        {connected && !anew && (
          <Press off={off} onPress={() => { setAnew(true); }}>
            Enter the password anew
          </Press>
        )}
        {connected && unheard.length > 0 && (
          <Press off={off} onPress={() => void server.hearMore()}>
            {hearWords(unheard)}
          </Press>
        )}
        {(connected || songs.length > 0) && (
          <Press
            off={!state.may_send}
            onPress={() => {
              onChosen();
              setAnew(false);
              void server.forget();
              if (isOwn && shelf.songs().length === 0) onLibrary(library);
            }}
          >
            Remove the music server
          </Press>
        )}
      </div>
      <Sentences sentences={standing.sentences} />
      <Songs songs={songs} />
    </div>
  );
}

/** Once who connected has songs in the library, they are chosen from. */
function useWish(ready: number, isOwn: boolean, onLibrary: Props["onLibrary"]) {
  const wished = useRef(false);
  const choose = useEffectEvent(onLibrary);
  useEffect(() => {
    if (!wished.current || ready === 0) return;
    wished.current = false;
    if (!isOwn) choose(OWN);
  }, [ready, isOwn]);
  return {
    wish: () => {
      wished.current = true;
    },
    onChosen: () => {
      wished.current = false;
    },
  };
}

function Going({ standing, onStop }: { readonly standing: Standing; readonly onStop: () => void }) {
  const { doing, progress } = standing;
  if (!doing) return null;
  return (
    <div className="reading-files">
      <label>
        <span data-testid="server-doing">{progress ? `${doing} ${progress.done} of ${progress.total}` : doing}</span>
        <progress {...(progress ? { value: progress.done, max: progress.total } : {})} />
      </label>
      <Press off={false} onPress={onStop}>
        Stop
      </Press>
    </div>
  );
}

function Sentences({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div className="refused-files">
      <h3>{sentences.length === 1 ? "About one song" : `About ${sentences.length} songs`}</h3>
      <ul>
        {sentences.slice(0, SHOWN).map((sentence, index) => (
          <li key={index}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}

function Songs({ songs }: { readonly songs: readonly ServerSong[] }) {
  const [all, setAll] = useState(false);
  const known = songs.filter(({ in_library }) => in_library);
  if (known.length === 0) return null;
  return (
    <>
      <h3 id="server-songs">Songs of the server</h3>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- a list that scrolls must be reached by keys */}
      <ul className="own-songs" aria-labelledby="server-songs" tabIndex={0} data-testid="server-songs">
        {known.slice(0, all ? known.length : SHOWN).map((song) => (
          <li key={song.id}>
            <p className="title">
              {song.title} <span className="artist">{song.artist}</span>
            </p>
            <p className="tempo">
              <strong>{song.tempo?.toFixed(1)}</strong>
              <span>{song.tempo_from === "server" ? "by the server" : "detected"}</span>
            </p>
          </li>
        ))}
      </ul>
      {known.length > SHOWN && !all && (
        <Press off={false} onPress={() => { setAll(true); }}>
          {`Show all ${known.length} songs`}
        </Press>
      )}
    </>
  );
}

function connectedWords({ host, user, keeps }: Standing): string {
  const who = user ? ` as “${user}”` : "";
  switch (keeps) {
    case "token":
      return `Connected to ${host}${who}. This browser keeps a salted token, not your password.`;
    case "key":
      return `Connected to ${host}. This browser keeps your API key.`;
    case "password":
    case null:
      return `Connected to ${host}${who}. This browser keeps your password, as this server knows no tokens.`;
  }
}

function countWords(songs: readonly ServerSong[], ready: number): string {
  if (songs.length === 0) return "";
  const unheard = songs.filter(isUnheard).length;
  const missing = unheard > 0 ? ` Of ${unheard} more, neither the server nor this page knows the tempo yet.` : "";
  return `${ready === 1 ? "1 song of it is" : `${ready} songs of it are`} in your library.${missing}`;
}

function hearWords(unheard: readonly ServerSong[]): string {
  const next = unheard.slice(0, LISTEN_AT_ONCE);
  const weight = weightOf(next);
  return `Find the tempo of ${next.length === 1 ? "1 song" : `${next.length} songs`}${weight && ` (loads ${weight})`}`;
}
