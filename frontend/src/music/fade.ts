/** How music comes and goes: without a crack, and with the same power all through a cross-fade. */

/** What the limiter still holds back when a fade is over. */
const TAIL_SECONDS = 0.1;
const CURVE_POINTS = 64;

/** The gains of a fade: in and out together keep the power, as sine and cosine do. */
export function fadeCurve(direction: "in" | "out"): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: CURVE_POINTS }, (_, index) => {
    const angle = (Math.PI / 2) * (index / (CURVE_POINTS - 1));
    return direction === "in" ? Math.sin(angle) : Math.cos(angle);
  });
}

/** Lets one song in at once, and out when it leaves: a gain has one curve at a time. */
export class Fade {
  /** Where the music goes in. */
  readonly input: GainNode;
  /** On the audio clock; never, as long as it was not asked to leave. */
  silent_at = Infinity;
  private readonly output: GainNode;

  constructor(
    private readonly context: AudioContext,
    out: AudioNode,
    fade_seconds: number,
  ) {
    this.input = context.createGain();
    this.output = context.createGain();
    this.input.gain.setValueCurveAtTime(fadeCurve("in"), context.currentTime, fade_seconds);
    this.input.connect(this.output);
    this.output.connect(out);
  }

  /** Whether anything that goes in still sounds. */
  get sounds(): boolean {
    return this.context.currentTime < this.silent_at + TAIL_SECONDS;
  }

  leave(fade_seconds: number): void {
    const now = this.context.currentTime;
    this.silent_at = now + fade_seconds;
    this.output.gain.setValueCurveAtTime(fadeCurve("out"), now, fade_seconds);
  }

  /** Takes it off the output. */
  remove(): void {
    this.output.disconnect();
  }
}
