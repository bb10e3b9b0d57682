/** How loud recordings are played, so that one is as loud as the other, and as the sketches are. */
import type { Sound } from "../ownSongs/sound";

/** LUFS, at full volume. */
export const LOUDNESS = -16;
/** Of a recording that nobody measured: as records are mastered. */
const UNMEASURED = -10;
/** Of full scale: what is larger is cut off. */
const LARGEST = 0.97;

/** The factor that brings a recording to `LOUDNESS`, or as near as its largest sample lets it. */
export function gainOf(sound: Sound | null): number {
  const wanted = 10 ** ((LOUDNESS - (sound?.loudness ?? UNMEASURED)) / 20);
  return sound && sound.peak > 0 ? Math.min(wanted, LARGEST / sound.peak) : wanted;
}
