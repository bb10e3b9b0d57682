/** The keys of headphones and of a locked screen, while music plays, and the screen itself. */
import type { Song } from "../wire/messages";

export interface Keys {
  readonly play: () => void;
  readonly pause: () => void;
  readonly skip: () => void;
}

/** Names the song to the system. */
export function nameSong(song: Song | null, playing: boolean): void {
  if (!("mediaSession" in navigator)) return;
  const { title, artist } = song ?? { title: "", artist: "" };
  navigator.mediaSession.metadata = song ? new MediaMetadata({ title, artist }) : null;
  navigator.mediaSession.playbackState = playing ? "playing" : song ? "paused" : "none";
}

/** Chromium shows a song only beside an audio element that plays for five seconds or more. */
let silence: HTMLAudioElement | undefined;

/** Makes the system take the page for a player of music; returns what ends that. */
export function playSilence(): () => void {
  const element = (silence ??= new Audio("/silence.wav"));
  element.loop = true;
  element.play().catch(leaveIt);
  return () => {
    element.pause();
  };
}

/** Takes the system's keys; returns what gives them back. */
export function takeKeys({ play, pause, skip }: Keys): () => void {
  if (!("mediaSession" in navigator)) return () => undefined;
  const handlers = [["play", play], ["pause", pause], ["nexttrack", skip]] as const;
  for (const [key, handler] of handlers) navigator.mediaSession.setActionHandler(key, handler);
  return () => {
    for (const [key] of handlers) navigator.mediaSession.setActionHandler(key, null);
  };
}

/** Keeps the screen on, where the browser can; returns what ends that. */
export function keepScreenOn(): () => void {
  if (!("wakeLock" in navigator)) return () => undefined;
  let wanted = true;
  let lock: WakeLockSentinel | null = null;
  const release = () => {
    lock?.release().catch(leaveIt);
    lock = null;
  };
  const ask = () => {
    if (document.visibilityState !== "visible") return;
    navigator.wakeLock.request("screen").then((granted) => {
      release();
      lock = granted;
      if (!wanted) release();
    }, leaveIt);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", ask);
    release();
  };
}

/** A battery saver refuses the lock, or a browser the element: all goes on without. */
function leaveIt(): void {}
