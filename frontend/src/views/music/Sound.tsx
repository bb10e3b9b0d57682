import { type ReactNode, useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";

import { Conductor } from "../../music/conductor";
import { keepScreenOn, nameSong, playSilence, takeKeys } from "../../music/keys";
import type { Recordings } from "../../music/recordings";
import { DEMO } from "../../ownSongs/library";
import type { SongPush } from "../../wire/messages";
import type { State, Store } from "../../session/store";
import { Press } from "../Press";
import { useStore } from "../hooks";
import "./Sound.css";

const FIRST_VOLUME = 70;

interface Props {
  readonly store: Store;
  readonly state: State;
  readonly playing: SongPush | null;
  readonly over: boolean;
  readonly recordings: Recordings;
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

function Music({ store, state, library, playing, over, recordings, onSkip }: Props & Library) {
  const [volume, setVolume] = useState(FIRST_VOLUME);
  const [conductor] = useState(() => new Conductor(store, recordings, FIRST_VOLUME / 100));
  useEffect(() => conductor.start(), [conductor]);
  const { opened, session, failure, recorded } = useStore(conductor.playback);
  const streamed = useSyncExternalStore(recordings.subscribe, () =>
    playing && !over ? recordings.about(playing.song.id) : "",
  );
  const wanted = session !== null && session === state.session;
  const sounding = wanted && playing !== null && !over;
  const play = () => {
    conductor.play();
  };
  const pause = () => {
    conductor.pause();
  };
  useKeys({ opened, sounding, playing, play, pause, onSkip });

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
              conductor.setVolume(event.target.valueAsNumber / 100);
            }}
          />
        </label>
      </div>
      {failure && <p className="problem" role="alert">{failure}</p>}
      <p className="hint" data-testid="sound-note">
        {streamed || sentence(playing, over, wanted, recorded ? "file" : library)}
      </p>
    </>
  );
}

interface Playing {
  readonly opened: boolean;
  readonly sounding: boolean;
  readonly playing: SongPush | null;
  readonly play: () => void;
  readonly pause: () => void;
  readonly onSkip: () => void;
}

/** The system's keys and the screen, from the first press on. */
function useKeys({ opened, sounding, playing, play, pause, onSkip }: Playing): void {
  const song = opened ? (playing?.song ?? null) : null;
  const onPlay = useEffectEvent(play);
  const onPause = useEffectEvent(pause);
  const onNext = useEffectEvent(onSkip);
  useEffect(() => {
    if (!opened) return undefined;
    return takeKeys({
      play: () => {
        onPlay();
      },
      pause: () => {
        onPause();
      },
      skip: () => {
        onNext();
      },
    });
  }, [opened]);
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
