/** Makes the music follow the store, from the athlete's press on. */
import { openAudio } from "../session/audio";
import { type Held, hold } from "../session/held";
import { workoutTime } from "../workout/clock";
import { heardTempo } from "../workout/heard";
import { type Position, feltTempo, position } from "../workout/playlist";
import { type Zone, rangeOf, zoneOf } from "../workout/zone";
import { type Sounding, soundingAt } from "../session/sounding";
import { type State, type Store, isMeasuring, newestHeartRate } from "../session/store";
import { onTick, tickTime } from "../session/ticks";
import type { SongPush } from "../wire/messages";
import type { Cue } from "./deck";
import { Finder } from "./finder";
import { introCue } from "./intro";
import type { Player } from "./player";
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
  private context: AudioContext | null = null;
  /** Null until it is loaded, which the first press asks for. */
  private player: Player | null = null;
  private loading: Promise<void> | null = null;
  private readonly finder: Finder;
  private ducked = false;
  /** The workout's time when the music before the first song began. */
  private intro_ms: number | null = null;
  /** The song that began before its time, as the one before it ran out. */
  private early: string | null = null;

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
      if (this.player) this.player.close();
      else this.context?.close().catch(leaveIt);
      [this.context, this.player, this.loading] = [null, null, null];
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
    this.player?.pause();
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

  /** The device is opened in the press itself: browsers allow it only there. */
  private press(asked: Pick<Playback, "session" | "awaited">): void {
    try {
      this.context ??= openAudio();
    } catch (error) {
      this.fail(`The music could not start: ${String(error)}`);
      return;
    }
    if (this.context.state !== "running") this.context.resume().catch(leaveIt);
    this.loading ??= this.load(this.context);
    this.playback.dispatch({ ...asked, opened: true, failure: "" });
    this.follow();
  }

  private async load(context: AudioContext): Promise<void> {
    const player = await import("./player").catch(() => null);
    if (this.context !== context) return;
    if (!player) {
      this.loading = null; // so that the next press tries anew
      this.fail("The music could not be loaded. Press again when there is a network.");
      return;
    }
    this.player = new player.Player(context);
    this.setVolume(this.volume);
    this.follow();
  }

  private fail(failure: string): void {
    this.playback.dispatch({ session: null, awaited: false, failure });
  }

  private readonly follow = (): void => {
    const sounding = this.sounding();
    const found = sounding ? this.finder.recording(sounding.push.song.id) : null;
    const recorded = Boolean(found);
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
    if (!sounding || sounding.over || !this.isWanted()) this.player?.end();
    else this.cue(sounding, found);
  };

  /** `found` is the recording of what sounds, undefined until it is known. */
  private cue({ push, heard }: Sounding, found: Cue["recording"] | undefined): void {
    const zone = zoneNow(this.store.get());
    const next = this.earlyNext(push);
    const recording = next && this.finder.recording(next.song.id);
    const { at_ms } = heard;
    if (next && recording !== undefined) {
      this.player?.follow({ push: next, tempo: feltTempo(next), at_ms, zone, recording });
    } else if (found !== undefined) {
      this.player?.follow({ push, tempo: heardTempo(push, heard), at_ms, zone, recording: found });
    }
  }

  /** The next song, where the recording of `push` has but the beats left in which to make way for it. */
  private earlyNext(push: SongPush): SongPush | null {
    const { next } = this.position();
    if (!next || this.store.get().spare) return null;
    const name = `${next.session} ${next.slot}`;
    if (this.player?.isEnding(push.slot)) this.early = name;
    return this.early === name ? next : null;
  }

  /** Beats with the heart, as long as this device measures one. */
  private followHeart(): void {
    const state = this.store.get();
    const now_ms = tickTime();
    const at_ms = workoutTime(state.arrivals, now_ms);
    const heart_rate = newestHeartRate(state);
    if (at_ms === null || heart_rate === null || !isMeasuring(state, now_ms)) {
      this.player?.end();
      return;
    }
    this.intro_ms ??= at_ms;
    this.player?.follow(introCue(heart_rate, this.intro_ms, at_ms, zoneNow(state)));
  }

  private isWanted(): boolean {
    const { session } = this.playback.get();
    return session !== null && session === this.store.get().session;
  }

  /** The songs that sound now and next. */
  private coming(): readonly string[] {
    const { spare } = this.store.get();
    const { playing, next, over } = this.position();
    const now = spare ?? (over ? null : playing);
    return [now, next].flatMap((push) => push?.song.id ?? []);
  }

  private position(): Position {
    const { arrivals, songs, skip } = this.store.get();
    return position(songs, workoutTime(arrivals, tickTime()), skip);
  }

  private sounding(): Sounding | null {
    return soundingAt(this.store.get(), tickTime());
  }
}

/** The zone that the heart is in; the middle one before that is known. */
function zoneNow(state: State): Zone {
  const heart_rate = newestHeartRate(state);
  if (heart_rate === null || !state.settings) return 3;
  return zoneOf(heart_rate, rangeOf(state.settings));
}

/** The device is busy with a call, or gone: the next cue asks for it again. */
function leaveIt(): void {}
