/** Plays a recording as a heart rate of this device, as fast as one likes. */
import { duration } from "../workout/words";
import { HOLE_MS } from "../workout/line";
import type { Recording } from "./recording";
import type { Running, SourceListener } from "./source";

export const SPEEDS = [1, 2, 5, 10, 30, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** Event time was `from_ms` when the wall's clock showed `since_ms`, and runs at `speed`. */
export interface Pace {
  readonly from_ms: number;
  readonly since_ms: number;
  readonly speed: number;
}

const TICK_MS = 250;
/** A longer silence in a recording is a pause, which is said, and may be skipped. */
const PAUSE_SECONDS = 60;
/** What is left of a pause that is skipped: a hole, so that no average is made over it. */
const SKIPPED_MS = HOLE_MS + 1_000;

/**
 * The pace of a recording of `seconds` that begins now, after `newest_ms` of the workout so far.
 *
 * It begins in the past, so that it may run fast: the server takes no heart rate of the future, and
 * ignores what is older than its newest.
 */
export function paceFrom(now_ms: number, seconds: number, newest_ms: number, speed: number): Pace {
  return { from_ms: Math.max(now_ms - seconds * 1000, newest_ms + 1000), since_ms: now_ms, speed };
}

/** Event time at `now_ms`: it never passes the present. */
export function eventTime(pace: Pace, now_ms: number): number {
  return Math.min(onItsLine(pace, now_ms), now_ms);
}

/** When event time was, or will be, `at_ms`. */
export function cameAt({ from_ms, since_ms, speed }: Pace, at_ms: number): number {
  return Math.max(since_ms + (at_ms - from_ms) / speed, at_ms);
}

/** How fast event time runs at `now_ms`: as wished, or as life, once it has reached the present. */
export function speedAt(pace: Pace, now_ms: number): number {
  return onItsLine(pace, now_ms) < now_ms ? pace.speed : 1;
}

function onItsLine({ from_ms, since_ms, speed }: Pace, now_ms: number): number {
  return from_ms + (now_ms - since_ms) * speed;
}

/** Plays until the end or until stopped. */
export class Replay implements Running {
  /** Event time of the recording's beginning, as if no pause had been skipped. */
  private begun_ms: number;
  private readonly of_seconds: number;
  private pace: Pace;
  private played = 0;
  private readonly ticking: ReturnType<typeof setInterval>;

  constructor(
    private readonly recording: Recording,
    speed: number,
    newest_ms: number,
    private readonly listener: SourceListener,
  ) {
    this.of_seconds = recording.samples.at(-1)?.[0] ?? 0;
    this.pace = paceFrom(Date.now(), this.of_seconds, newest_ms, speed);
    this.begun_ms = this.pace.from_ms;
    this.ticking = setInterval(this.tick, TICK_MS);
    this.tick();
  }

  /** Goes on from here at another speed. */
  setSpeed(speed: number): void {
    const now_ms = Date.now();
    this.play(now_ms); // what is due by now came at the old speed
    if (this.isOver) return;
    this.pace = { from_ms: eventTime(this.pace, now_ms), since_ms: now_ms, speed };
    this.tell(now_ms);
  }

  /** Brings what comes after the pause near to what came before it; outside of a pause nothing. */
  skipPause(): void {
    const now_ms = Date.now();
    const pause = this.pauseAt(now_ms);
    if (!pause) return;
    const resumes_ms = this.begun_ms + pause.until_seconds * 1000;
    const soonest_ms = Math.max(eventTime(this.pace, now_ms), this.begun_ms + pause.from_seconds * 1000 + SKIPPED_MS);
    this.begun_ms -= Math.max(0, resumes_ms - soonest_ms);
    this.tell(now_ms);
  }

  stop(): void {
    clearInterval(this.ticking);
  }

  private get isOver(): boolean {
    return this.played >= this.recording.samples.length;
  }

  private readonly tick = (): void => {
    const now_ms = Date.now();
    this.play(now_ms);
    if (!this.isOver) {
      this.tell(now_ms);
      return;
    }
    this.stop();
    const sentence = `${this.recording.name} was played to its end.`;
    this.listener.onStatus({ phase: "off", sentence });
  };

  private play(now_ms: number): void {
    const until_ms = eventTime(this.pace, now_ms);
    const speed = speedAt(this.pace, now_ms);
    for (;;) {
      const [seconds, heart_rate] = this.recording.samples[this.played] ?? [Infinity, 0];
      const at_ms = this.begun_ms + seconds * 1000;
      if (at_ms > until_ms) return;
      this.played += 1;
      this.listener.onHeartRate(heart_rate, { at_ms, came_ms: cameAt(this.pace, at_ms), speed });
    }
  }

  /** The pause that is played; null where none is, or where it is almost over. */
  private pauseAt(now_ms: number): { readonly from_seconds: number; readonly until_seconds: number } | null {
    const { samples } = this.recording;
    const [from_seconds = Infinity] = samples[this.played - 1] ?? [];
    const [until_seconds = 0] = samples[this.played] ?? [];
    const left_ms = this.begun_ms + until_seconds * 1000 - eventTime(this.pace, now_ms);
    return until_seconds - from_seconds < PAUSE_SECONDS || left_ms <= 1000 ? null : { from_seconds, until_seconds };
  }

  private tell(now_ms: number): void {
    const at_seconds = Math.max(0, (eventTime(this.pace, now_ms) - this.begun_ms) / 1000);
    const speed = speedAt(this.pace, now_ms);
    const pause = this.pauseAt(now_ms);
    const sentence = [
      `Playing ${this.recording.name}.`,
      pause ? pauseSentence(pause) : "",
      speed < this.pace.speed ? AT_PRESENT : "",
      this.recording.trouble,
    ];
    this.listener.onStatus({
      phase: "on",
      way: "file",
      sentence: sentence.filter(Boolean).join(" "),
      progress: {
        at_seconds,
        of_seconds: this.of_seconds,
        speed,
        ...(pause && { paused_until_seconds: pause.until_seconds }),
      },
    });
  }
}

function pauseSentence({ from_seconds, until_seconds }: { from_seconds: number; until_seconds: number }): string {
  const [long, until] = [until_seconds - from_seconds, until_seconds].map((each) => duration(each * 1000));
  return `The recording pauses here for ${long}, until ${until}.`;
}

const AT_PRESENT =
  "It goes on in real time: the workout has reached the present, and heart rates cannot lie in the future.";
