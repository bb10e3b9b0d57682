/** How well a song's tempo suits the effort. */
import { type Heard, heardTempo } from "./heard";
import type { SongPush } from "./messages";
import { type Effort, targetNow } from "./target";

/** People notice about 4 % (Van Dyck 2015); 10 % is the width the first recommender allowed. */
const FITS = 0.04;
const NEAR = 0.1;

/** |tempo - target| / target. */
export function distance(tempo: number, target: number): number {
  return Math.abs(tempo - target) / target;
}

/** A distance in a word. */
export function fitWord(distance: number): "fits" | "near" | "off" {
  if (distance <= FITS) return "fits";
  return distance <= NEAR ? "near" : "off";
}

/** How far the playing song is from what would suit now, as it is heard. */
export function fitNow(effort: Effort, push: SongPush, heard: Heard): number {
  return distance(heardTempo(push, heard), targetNow(effort, push));
}
