/** How music comes and goes: without a crack, and with the same power all through a cross-fade. */
import type { Entry, Exit } from "./change";

/** What the limiter still holds back when a fade is over. */
const TAIL_SECONDS = 0.1;
const CURVE_POINTS = 64;
/** What is swapped at once in a change: two basses at a time are a rumble. */
const BASS_HERTZ = 160;
const WITHOUT_BASS_DECIBELS = -30;
/** Soon enough for the kick on the one. */
const SWAP_SECONDS = 0.004;

/** The gains of a fade: in and out together keep the power, as sine and cosine do. */
export function fadeCurve(direction: "in" | "out"): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: CURVE_POINTS }, (_, index) => {
    const angle = (Math.PI / 2) * (index / (CURVE_POINTS - 1));
    return direction === "in" ? Math.sin(angle) : Math.cos(angle);
  });
}

/** Lets one song in, and out when it leaves or is halted: a gain has one curve at a time. */
export class Fade {
  /** Where the music goes in. */
  readonly input: GainNode;
  /** On the audio clock; never, as long as it was not asked to leave. */
  silent_at = Infinity;
  private halted = false;
  private readonly bass: BiquadFilterNode;
  private readonly exit: GainNode;
  private readonly end: GainNode;

  constructor(
    private readonly context: BaseAudioContext,
    out: AudioNode,
    { at, fade_seconds, bass_at }: Entry,
  ) {
    this.input = context.createGain();
    this.bass = context.createBiquadFilter();
    this.exit = context.createGain();
    this.end = context.createGain();
    const starts_at = this.notBefore(at);
    if (starts_at > context.currentTime) this.input.gain.setValueAtTime(0, context.currentTime);
    this.input.gain.setValueCurveAtTime(fadeCurve("in"), starts_at, fade_seconds);
    this.bass.type = "lowshelf";
    this.bass.frequency.value = BASS_HERTZ;
    this.bass.gain.value = bass_at > at ? WITHOUT_BASS_DECIBELS : 0;
    if (bass_at > at) this.bass.gain.setTargetAtTime(0, this.notBefore(bass_at), SWAP_SECONDS);
    this.input.connect(this.bass);
    this.bass.connect(this.exit);
    this.exit.connect(this.end);
    this.end.connect(out);
  }

  /** Whether anything that goes in still sounds. */
  get sounds(): boolean {
    return this.context.currentTime < this.silent_at + TAIL_SECONDS;
  }

  leave({ at, fade_seconds }: Exit): void {
    const leaves_at = this.notBefore(at);
    this.silent_at = Math.min(this.silent_at, leaves_at + fade_seconds);
    this.bass.gain.setTargetAtTime(WITHOUT_BASS_DECIBELS, leaves_at, SWAP_SECONDS);
    this.exit.gain.setValueCurveAtTime(fadeCurve("out"), leaves_at, fade_seconds);
  }

  /** Silence within so many seconds, unless it comes before; once. */
  halt(fade_seconds: number): void {
    const now = this.context.currentTime;
    if (this.halted || now + fade_seconds >= this.silent_at) return;
    this.halted = true;
    this.silent_at = now + fade_seconds;
    this.end.gain.setValueCurveAtTime(fadeCurve("out"), now, fade_seconds);
  }

  /** Takes it off the output. */
  remove(): void {
    this.end.disconnect();
  }

  /** A page that slept is late. */
  private notBefore(at: number): number {
    return Math.max(at, this.context.currentTime);
  }
}
