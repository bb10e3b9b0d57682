/** The music of the workout, as the views play it. */
import { useEffect, useEffectEvent, useMemo, useState, useSyncExternalStore } from "react";

import { Conductor } from "../../music/conductor";
import { keepScreenOn, nameSong, playSilence, takeKeys } from "../../music/keys";
import type { Recordings } from "../../music/recordings";
import type { State, Store } from "../../session/store";
import type { SongPush } from "../../wire/messages";
import { useStore } from "../hooks";

const FIRST_VOLUME = 70;

export interface Music {
  /** Whether this browser can make music at all. */
  readonly able: boolean;
  /** Whether it was asked to play. */
  readonly wanted: boolean;
  /** Whether there is nothing that a press could play. */
  readonly off: boolean;
  /** Why it could not start, as a sentence; else empty. */
  readonly failure: string;
  /** Whether there is a recording of the song that sounds. */
  readonly recorded: boolean;
  /** How it stands with a song of a music server, as a sentence; empty for any other. */
  readonly streamed: string;
  /** 0 to 100. */
  readonly volume: number;
  readonly setVolume: (volume: number) => void;
  readonly play: () => void;
  readonly pause: () => void;
  /** Plays from this press on, also where no song is chosen yet; the same function each time. */
  readonly begin: () => void;
  /** Makes the song quieter that is about to be skipped; the same function each time. */
  readonly duck: (ducked: boolean) => void;
}

interface Followed {
  readonly store: Store;
  readonly state: State;
  readonly playing: SongPush | null;
  readonly over: boolean;
  readonly recordings: Recordings;
  readonly onSkip: () => void;
}

/** Follows the workout with music from a press on, until the view goes. */
export function useMusic({ store, state, playing, over, recordings, onSkip }: Followed): Music {
  const [volume, setVolume] = useState(FIRST_VOLUME);
  const [conductor] = useState(() => new Conductor(store, recordings, FIRST_VOLUME / 100));
  useEffect(() => conductor.start(), [conductor]);
  const { opened, session, awaited, failure, recorded } = useStore(conductor.playback);
  const streamed = useSyncExternalStore(recordings.subscribe, () =>
    playing && !over ? recordings.about(playing.song.id) : "",
  );
  const able = "AudioContext" in globalThis;
  const wanted = awaited || (session !== null && session === state.session);
  const sounding = wanted && playing !== null && !over;
  const presses = useMemo(
    () => ({
      play: () => {
        conductor.play();
      },
      pause: () => {
        conductor.pause();
      },
      begin: () => {
        if ("AudioContext" in globalThis) conductor.begin();
      },
      duck: (ducked: boolean) => {
        conductor.duck(ducked);
      },
    }),
    [conductor],
  );
  useKeys({ opened, sounding, playing, onSkip, ...presses });
  return {
    ...presses,
    able,
    wanted,
    off: !able || (!wanted && (!playing || over)),
    failure,
    recorded,
    streamed,
    volume,
    setVolume: (wished) => {
      setVolume(wished);
      conductor.setVolume(wished / 100);
    },
  };
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
