/** A song to go on with while the network is gone: chosen by the page from what it knows. */
import type { Opinion, SongPush } from "../wire/messages";
import { distance } from "../workout/fit";
import { opinionOf } from "../workout/opinion";
import { feltTempo } from "../workout/playlist";

/** A song that could play. */
export interface Choice {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  /** Beats a minute, as they are felt. */
  readonly tempo: number;
  readonly duration_ms: number;
}

/** What decides whether a spare song plays, and which. */
export interface Need {
  /** The last song that the server chose; null before there was one. */
  readonly playing: SongPush | null;
  /** Whether it has ended, and none is known that follows. */
  readonly over: boolean;
  readonly connected: boolean;
  /** The workout's time. */
  readonly at_ms: number;
  readonly choices: readonly Choice[];
  /** Beats a minute that would suit now. */
  readonly target: number;
}

/** The spare song that plays from now on, `before` being the one so far; null where none is needed. */
export function spareSong(before: SongPush | null, need: Need): SongPush | null {
  const { playing, over, connected, at_ms, target } = need;
  if (!playing || !over) return null;
  const current = before?.session === playing.session ? before : null;
  if (current && at_ms < current.ends_at_ms) return current;
  if (connected) return null;
  const choice = nearest(need, (current ?? playing).song.id);
  return choice && pushOf(choice, playing, (current?.slot ?? 0) - 1, at_ms, target);
}

/** The session's songs so far, each once and none disliked: the choice where there is no shelf. */
export function choicesOf(
  songs: readonly SongPush[],
  opinions: ReadonlyMap<string, Opinion>,
): readonly Choice[] {
  const liked = songs.filter((push) => opinionOf(push, opinions).liked !== false);
  const choices = liked.map((push) => ({
    id: push.song.id,
    title: push.song.title,
    artist: push.song.artist,
    tempo: feltTempo(push),
    duration_ms: push.ends_at_ms - push.starts_at_ms,
  }));
  return [...new Map(choices.map((choice) => [choice.id, choice])).values()];
}

/** Not what just played, if there is anything else; of two as near, the one whose id comes first. */
function nearest({ choices, target }: Need, just_played: string): Choice | null {
  const others = choices.filter(({ id }) => id !== just_played);
  const gap = ({ tempo }: Choice) => Math.abs(tempo - target);
  const [first] = [...(others.length > 0 ? others : choices)].sort(
    (a, b) => gap(a) - gap(b) || (a.id < b.id ? -1 : 1),
  );
  return first ?? null;
}

/** How far a song is bent: a twenty-fifth, as the server's songs are. */
const BEND = 0.04;

/** As if the server had sent it; its slot is below 0, where the server has none. */
function pushOf(
  { id, title, artist, tempo, duration_ms }: Choice,
  { session, why }: SongPush,
  slot: number,
  at_ms: number,
  target: number,
): SongPush {
  return {
    type: "song",
    session,
    slot,
    song: { id, title, artist, tempo },
    starts_at_ms: at_ms,
    ends_at_ms: at_ms + duration_ms,
    tempo_range: [tempo * (1 - BEND), tempo * (1 + BEND)],
    opinion: { liked: null, tempo: null },
    why: {
      mode: why.mode,
      at_ms,
      average: why.average,
      target_tempo: target,
      tempo,
      octave: 1,
      distance: distance(tempo, target),
      decided_by: "Nearest to the target of the songs that this page knows.",
      lock: why.lock,
      scarce: false,
    },
  };
}
