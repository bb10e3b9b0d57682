/** How well a song's tempo suits the effort. */
import { type Heard, heardTempo } from "./heard";
import type { SongPush } from "../wire/messages";
import { type Effort, targetNow } from "./target";

/** People notice about 4 % (Van Dyck 2015); 10 % is the width the first recommender allowed. */
const FITS = 0.04;
const NEAR = 0.1;

/** |tempo - target| / target. */
export function distance(tempo: number, target: number): number {
  return Math.abs(tempo - target) / target;
}

/** A distance in a word, by its whole percents, as they are shown beside it. */
export function fitWord(distance: number): "fits" | "near" | "off" {
  const shown = Math.round(distance * 100) / 100;
  if (shown <= FITS) return "fits";
  return shown <= NEAR ? "near" : "off";
}

/** A distance as the athlete reads it: "Fits, 2 % away". */
export function fitSentence(distance: number): string {
  const word = { fits: "Fits", near: "Near", off: "Off" }[fitWord(distance)];
  return `${word}, ${Math.round(distance * 100)}\u00a0%\u00a0away`;
}

/** Whether a song that far away plays for want of a nearer one; kept workouts may be older than that word. */
export function isForLack({ why }: SongPush, distance: number): boolean {
  return why.scarce === true && (fitWord(distance) === "off" || why.octave !== 1);
}

/** What the library lacks where nothing in it is near: "Nothing in your library is near 165; double time of 82". */
export function scarceSentence({ why }: SongPush): string {
  const lacking = `Nothing in your library is near ${Math.round(why.target_tempo)}`;
  const tempo = Math.round(why.tempo);
  if (why.octave === 1) return `${lacking}; this song plays ${tempo}`;
  return `${lacking}; ${why.octave > 1 ? "double" : "half"} time of ${tempo}`;
}

/** How much faster the playing song is, as it is heard, than what would suit now: a share of that. */
export function lead(effort: Effort, push: SongPush, heard: Heard): number {
  const target = targetNow(effort, push);
  return (heardTempo(push, heard) - target) / target;
}

/** How far the playing song is from what would suit now, as it is heard. */
export function fitNow(effort: Effort, push: SongPush, heard: Heard): number {
  return Math.abs(lead(effort, push, heard));
}
