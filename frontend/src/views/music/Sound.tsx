import { type ReactNode, useEffect, useRef, useState } from "react";

import { type Heard, heardTempo } from "../../workout/heard";
import { keepScreenOn, nameSong, playSilence, takeKeys } from "../../music/keys";
import type { SongPush } from "../../wire/messages";
import { CROSS_FADE_SECONDS, PRESS_FADE_SECONDS, Player } from "../../music/player";
import { DEMO } from "../../own/library";
import type { Shelf } from "../../own/shelf";
import type { State } from "../../workout/store";
import { Press } from "../Press";
import { useFile } from "./shelves";
import "./Sound.css";

const FIRST_VOLUME = 70;

interface Props {
  readonly state: State;
  readonly playing: SongPush | null;
  readonly over: boolean;
  readonly heard: Heard | null;
  readonly shelf: Shelf;
  readonly onSkip: () => void;
  /** Where one's own music comes from. */
  readonly children?: ReactNode;
}

/** The music of the song that plays, as far as this page can make it. */
export function Sound(props: Props) {
  const { settings } = props.state;
  if (!settings) return null;
  return (
    <section className="card sound" aria-labelledby="sound">
      <h2 id="sound">Music</h2>
      {"AudioContext" in globalThis ? (
        <Music {...props} library={settings.library} />
      ) : (
        <p className="empty">This browser has no Web Audio, so this page cannot play music.</p>
      )}
      {props.children}
    </section>
  );
}

interface Library {
  readonly library: string;
}

function Music({ state, library, playing, over, heard, shelf, onSkip }: Props & Library) {
  const file = useFile(shelf, playing?.song ?? null);
  const [player, setPlayer] = useState<Player | null>(null);
  const [failure, setFailure] = useState("");
  const [volume, setVolume] = useState(FIRST_VOLUME);
  /** For which session the music was asked: another one is not a reason to make noise. */
  const [session, setSession] = useState<number | null>(null);
  const wanted = player !== null && session !== null && session === state.session;
  const sounding = wanted && playing !== null && !over;

  const play = () => {
    if (!playing || over) return;
    try {
      const opened = player ?? new Player(new AudioContext());
      opened.wake();
      setPlayer(opened);
      setSession(state.session);
      setFailure("");
    } catch (error) {
      setFailure(`The music could not start: ${String(error)}`);
    }
  };
  const pause = () => {
    setSession(null);
    player?.rest(PRESS_FADE_SECONDS);
  };
  useEffect(() => {
    if (sounding && heard) {
      if (file === undefined) return; // known in a moment
      player.follow({ push: playing, tempo: heardTempo(playing, heard), at_ms: heard.at_ms, file });
    } else player?.rest(CROSS_FADE_SECONDS);
  }, [player, sounding, playing, heard, file]);
  useEffect(() => player?.setVolume(volume / 100), [player, volume]);
  useEffect(() => {
    if (!player) return undefined;
    return () => {
      player.close();
    };
  }, [player]);
  useKeys({ player, sounding, playing, play, pause, onSkip });

  return (
    <>
      <div className="buttons">
        <Press off={!wanted && (!playing || over)} onPress={wanted ? pause : play}>
          {wanted ? "Pause" : "Play the music"}
        </Press>
        <label>
          Volume
          <input
            type="range"
            min="0"
            max="100"
            step="5"
            value={volume}
            aria-valuetext={`${volume} %`}
            onChange={(event) => {
              setVolume(event.target.valueAsNumber);
            }}
          />
        </label>
      </div>
      {failure && <p className="problem" role="alert">{failure}</p>}
      <p className="hint">{sentence(playing, over, wanted, file ? "file" : library)}</p>
    </>
  );
}

interface Playing {
  readonly player: Player | null;
  readonly sounding: boolean;
  readonly playing: SongPush | null;
  readonly play: () => void;
  readonly pause: () => void;
  readonly onSkip: () => void;
}

/** The system's keys and the screen, from the first press on. */
function useKeys({ player, sounding, playing, play, pause, onSkip }: Playing): void {
  const latest = useRef({ play, pause, onSkip });
  const song = player ? (playing?.song ?? null) : null;
  useEffect(() => {
    latest.current = { play, pause, onSkip };
  });
  useEffect(() => {
    if (!player) return undefined;
    return takeKeys({
      play: () => { latest.current.play(); },
      pause: () => { latest.current.pause(); },
      skip: () => { latest.current.onSkip(); },
    });
  }, [player]);
  useEffect(() => {
    nameSong(song, sounding);
  }, [song, sounding]);
  useEffect(
    () => () => {
      nameSong(null, false);
    },
    [],
  );
  useEffect(() => (sounding ? keepScreenOn() : undefined), [sounding]);
  useEffect(() => (sounding ? playSilence() : undefined), [sounding]);
}

function sentence(playing: SongPush | null, over: boolean, wanted: boolean, from: string): string {
  if (!playing) return "The music can start when a song plays.";
  if (over) {
    return wanted
      ? "The song is over, and the music with it. It goes on when the next song comes."
      : "The song is over. The music can start when the next one comes.";
  }
  if (from === "file") return "Your own recording, bent to the tempo as heard; its pitch stays.";
  if (from !== DEMO) {
    return (
      "The recording of this song is not in this browser. What plays is a sketch of it, made in " +
      "this page: drums, bass and chords at its tempo."
    );
  }
  return (
    "A sketch of the demo song, made in this page: drums, bass and chords at its tempo, with the " +
    "beat as heard. It is not a recording."
  );
}
