/** The page's way to the loudspeaker, which a press opens, and the tones that are heard beside the music. */
let opened: AudioContext | null = null;

/** Opens it; only at a press. */
export function openAudio(): AudioContext {
  opened = new AudioContext();
  return opened;
}

/** One tone beside the music. */
export interface Tone {
  readonly hertz: number;
  /** Seconds from now. */
  readonly in_seconds: number;
  readonly seconds: number;
}

const LOUDNESS = 0.35;
const EDGE_SECONDS = 0.015;
/** An exponential ramp cannot reach zero. */
const SILENT = 0.0001;

/** Sounds `tones` beside the music; false where nothing sounds on this page. */
export function soundTones(tones: readonly Tone[]): boolean {
  if (opened?.state !== "running") return false;
  for (const tone of tones) sound(opened, tone);
  return true;
}

function sound(context: AudioContext, { hertz, in_seconds, seconds }: Tone): void {
  const from = context.currentTime + in_seconds;
  const gain = context.createGain();
  const oscillator = context.createOscillator();
  oscillator.type = "triangle";
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(SILENT, from);
  gain.gain.exponentialRampToValueAtTime(LOUDNESS, from + EDGE_SECONDS);
  gain.gain.setValueAtTime(LOUDNESS, from + seconds - EDGE_SECONDS);
  gain.gain.exponentialRampToValueAtTime(SILENT, from + seconds);
  oscillator.connect(gain);
  gain.connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + seconds);
}
