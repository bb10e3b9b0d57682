import { useEffect, useRef, useState } from "react";

import { type Heard, heardTempo } from "../heard";
import { keepScreenOn, nameSong, takeKeys } from "../keys";
import type { SongPush } from "../messages";
import { CROSS_FADE_SECONDS, PRESS_FADE_SECONDS, Player } from "../player";
import type { State } from "../store";
import { Press } from "./Press";

/** Whose songs can be sketched here: they exist only by name. */
const SKETCHED = "demo";
const FIRST_VOLUME = 70;

interface Props {
  readonly state: State;
  readonly playing: SongPush | null;
  readonly over: boolean;
  readonly heard: Heard | null;
  readonly onSkip: () => void;
}

/** The music of the song that plays, as far as this page can make it. */
export function Sound(props: Props) {
  const { settings } = props.state;
  if (!settings) return null;
  const refusal = whyNone(settings.library);
  return (
    <section className="card sound" aria-labelledby="sound">
      <h2 id="sound">Music</h2>
      {refusal ? <p className="empty">{refusal}</p> : <Sketches {...props} />}
    </section>
  );
}

/** Why there is no music here; empty where there is. */
function whyNone(library: string): string {
  if (library !== SKETCHED) {
    return (
      "Music is made here for the demo songs only. The recordings of the library " +
      `“${library}” are not on this page.`
    );
  }
  if ("AudioContext" in globalThis) return "";
  return "This browser has no Web Audio, so this page cannot play music.";
}

function Sketches({ state, playing, over, heard, onSkip }: Props) {
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
      player.follow({ push: playing, tempo: heardTempo(playing, heard), at_ms: heard.at_ms });
    } else player?.rest(CROSS_FADE_SECONDS);
  }, [player, sounding, playing, heard]);
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
      <p className="hint">{sentence(playing, over, wanted)}</p>
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
  useEffect(() => (sounding ? keepScreenOn() : undefined), [sounding]);
}

function sentence(playing: SongPush | null, over: boolean, wanted: boolean): string {
  if (!playing) return "The music can start when a song plays.";
  if (over) {
    return wanted
      ? "The song is over, and the music with it. It goes on when the next song comes."
      : "The song is over. The music can start when the next one comes.";
  }
  return (
    "A sketch of the demo song, made in this page: drums, bass and chords at its tempo, with the " +
    "beat as heard. It is not a recording."
  );
}
