/** Makes the music follow the store, from the athlete's press on. */
import { openAudio } from "../session/audio";
import { type Held, hold } from "../session/held";
import { workoutTime } from "../workout/clock";
import { heardTempo } from "../workout/heard";
import { position } from "../workout/playlist";
import { type Sounding, soundingAt } from "../session/sounding";
import { type Store, isMeasuring, newestHeartRate } from "../session/store";
import { onTick, tickTime } from "../session/ticks";
import type { Cue } from "./deck";
import { Finder } from "./finder";
import { introCue } from "./intro";
import { CROSS_FADE_SECONDS, PRESS_FADE_SECONDS, Player } from "./player";
import type { Recordings } from "./recordings";

/** How the music stands. */
export interface Playback {
  /** Whether it was asked for once, so that the system's keys are this page's. */
  readonly opened: boolean;
  /** For which session it was asked: another one is not a reason to make noise. */
  readonly session: number | null;
  /** Whether it was asked for before the workout's first song: whichever comes is meant. */
  readonly awaited: boolean;
  /** Why it could not start, as a sentence; else empty. */
  readonly failure: string;
  /** Whether there is a recording of the song that sounds. */
  readonly recorded: boolean;
}

const SILENT: Playback = { opened: false, session: null, awaited: false, failure: "", recorded: false };

/** How loud a song is that is about to be skipped. */
const DUCKED = 0.5;

/** Silent until `play`; follows while it is started. */
export class Conductor {
  readonly playback: Held<Playback, Partial<Playback>> = hold(
    (before, now) => ({ ...before, ...now }),
    SILENT,
  );
  private player: Player | null = null;
  private readonly finder: Finder;
  private ducked = false;
  /** The workout's time when the music before the first song began. */
  private intro_ms: number | null = null;

  /** `volume` is between 0 and 1. */
  constructor(
    private readonly store: Store,
    private readonly recordings: Recordings,
    private volume: number,
  ) {
    this.finder = new Finder(recordings, this.follow);
  }

  /** Follows the store, the recordings and the clock; returns what ends that, and the music. */
  start(): () => void {
    const ends = [
      this.store.subscribe(this.follow),
      this.recordings.subscribe(this.follow),
      onTick(this.follow),
    ];
    this.follow();
    return () => {
      for (const end of ends) end();
      this.recordings.expect([]);
      this.player?.close();
      this.player = null;
      this.playback.dispatch(SILENT);
    };
  }

  /** Plays what sounds now, and what follows in this session; only at a press. */
  play(): void {
    const sounding = this.sounding();
    if (!sounding || sounding.over) return;
    this.press({ session: this.store.get().session, awaited: false });
  }

  /** Plays what sounds now, or else beats with the heart until the first song comes; only at a press. */
  begin(): void {
    this.press({ session: null, awaited: true });
  }

  pause(): void {
    this.playback.dispatch({ session: null, awaited: false });
    this.player?.rest(PRESS_FADE_SECONDS);
  }

  /** Whether the song is about to go, and so is quieter. */
  duck(ducked: boolean): void {
    this.ducked = ducked;
    this.setVolume(this.volume);
  }

  setVolume(share: number): void {
    this.volume = share;
    this.player?.setVolume(this.ducked ? share * DUCKED : share);
  }

  private press(asked: Pick<Playback, "session" | "awaited">): void {
    try {
      this.player ??= this.open();
      this.player.wake();
    } catch (error) {
      this.playback.dispatch({ failure: `The music could not start: ${String(error)}` });
      return;
    }
    this.playback.dispatch({ ...asked, opened: true, failure: "" });
    this.follow();
  }

  private open(): Player {
    const player = new Player(openAudio());
    player.setVolume(this.volume);
    return player;
  }

  private readonly follow = (): void => {
    const sounding = this.sounding();
    const file = sounding ? this.finder.file(sounding.push.song.id) : null;
    const recorded = Boolean(file);
    this.recordings.expect(this.isWanted() ? this.coming() : []);
    if (recorded !== this.playback.get().recorded) this.playback.dispatch({ recorded });
    if (this.playback.get().awaited) {
      if (!sounding || sounding.over) {
        this.followHeart();
        return;
      }
      this.intro_ms = null;
      this.playback.dispatch({ awaited: false, session: sounding.push.session });
    }
    if (!sounding || sounding.over || !this.isWanted()) this.player?.rest(CROSS_FADE_SECONDS);
    else if (file !== undefined) this.player?.follow(cueOf(sounding, file)); // else known in a moment
  };

  /** Beats with the heart, as long as this device measures one. */
  private followHeart(): void {
    const state = this.store.get();
    const now_ms = tickTime();
    const at_ms = workoutTime(state.arrivals, now_ms);
    const heart_rate = newestHeartRate(state);
    if (at_ms === null || heart_rate === null || !isMeasuring(state, now_ms)) {
      this.player?.rest(CROSS_FADE_SECONDS);
      return;
    }
    this.intro_ms ??= at_ms;
    this.player?.follow(introCue(heart_rate, this.intro_ms, at_ms));
  }

  private isWanted(): boolean {
    const { session } = this.playback.get();
    return session !== null && session === this.store.get().session;
  }

  /** The songs that sound now and next. */
  private coming(): readonly string[] {
    const { arrivals, songs, skip, spare } = this.store.get();
    const { playing, next, over } = position(songs, workoutTime(arrivals, tickTime()), skip);
    const now = spare ?? (over ? null : playing);
    return [now, next].flatMap((push) => push?.song.id ?? []);
  }

  private sounding(): Sounding | null {
    return soundingAt(this.store.get(), tickTime());
  }
}

function cueOf({ push, heard }: Sounding, file: Blob | null): Cue {
  return { push, tempo: heardTempo(push, heard), at_ms: heard.at_ms, file };
}
