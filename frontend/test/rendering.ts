/** The page's music rendered by a browser, faster than it sounds: tests/browser looks at its samples. */
import { Player } from "../src/music/player";
import type { Recording } from "../src/music/recordings";
import { type Hearing, HEARD_RATE, hear } from "../src/ownSongs/hearing";
import type { Zone } from "../src/workout/zone";
import { songPush } from "./helpers";

/** What the workout's clock says from a moment on. */
export interface Step {
  /** Seconds since the press. */
  readonly from: number;
  readonly slot: number;
  readonly id: string;
  readonly tempo: number;
  readonly genre?: string;
  readonly energy?: number;
  readonly zone?: Zone;
  /** Whether it is a recording, of kicks that are `late` seconds after a silence. */
  readonly recorded?: boolean;
  readonly late?: number;
}

export interface Plan {
  readonly seconds: number;
  readonly steps: readonly Step[];
  /** How often the page's timers come. */
  readonly tick_seconds?: number;
}

const SAMPLE_RATE = 48_000;
const TICK_SECONDS = 0.25;
const STEP_SECONDS = 0.05;
const RECORDED_SECONDS = 60;

/** Mono samples of the whole, 48,000 a second, as Base64 of 32-bit floats. */
export async function render({ seconds, steps, tick_seconds = TICK_SECONDS }: Plan): Promise<string> {
  const offline = new OfflineAudioContext(1, seconds * SAMPLE_RATE, SAMPLE_RATE);
  const timers = new Timers();
  const elements = new Elements(offline, timers);
  const player = new Player(elements.context());
  player.setVolume(1);
  const recordings = steps.map((step) => (step.recorded ? elements.recording(step) : null));
  const ticks = Array.from({ length: Math.floor(seconds / STEP_SECONDS) }, (_, tick) => tick);
  let next_at = 0;
  const advance = (now: number) => {
    timers.run(now);
    const index = steps.findLastIndex(({ from }) => from <= now);
    const step = steps[index];
    if (!step || now < next_at - 1e-6) return;
    next_at = now + tick_seconds;
    player.follow(cueOf(step, now, recordings[index] ?? null));
  };
  const suspended = ticks.map((tick) =>
    offline.suspend(tick * STEP_SECONDS).then(() => {
      advance(tick * STEP_SECONDS);
      return offline.resume();
    }),
  );
  const rendered = await offline.startRendering();
  await Promise.all(suspended);
  return base64(rendered.getChannelData(0));
}

function cueOf(step: Step, now: number, recording: Recording | null) {
  const { slot, id, tempo, genre = "pop", energy = 0.6, zone = 3, from } = step;
  const base = songPush(slot);
  const push = {
    ...base,
    song: { ...base.song, id, tempo, genre, energy },
    why: { ...base.why, tempo },
  };
  return { push, tempo, zone, recording, at_ms: push.starts_at_ms + (now - from) * 1000 };
}

/** Timers that go by the rendering's clock. */
class Timers {
  private now = 0;
  private waiting: { readonly at: number; readonly run: () => void }[] = [];

  constructor() {
    const timers = globalThis as unknown as Record<string, unknown>;
    timers["setTimeout"] = (run: () => void, ms: number) => {
      this.waiting = [...this.waiting, { at: this.now + ms / 1000, run }];
    };
    timers["setInterval"] = () => 0; // the player is told to follow as often
  }

  run(now: number): void {
    this.now = now;
    const due = this.waiting.filter(({ at }) => at <= now);
    this.waiting = this.waiting.filter(({ at }) => at > now);
    for (const { run } of due) run();
  }
}

/** Audio elements that can be rendered, which the browser's own cannot. */
class Elements {
  private readonly buffers = new Map<string, AudioBuffer>();
  private readonly blobs = new Map<Blob, AudioBuffer>();
  private readonly made = new Map<object, RenderedElement>();

  constructor(
    private readonly offline: OfflineAudioContext,
    readonly timers: Timers,
  ) {
    URL.createObjectURL = (blob) => {
      const name = `rendered:${this.buffers.size}`;
      const buffer = this.blobs.get(blob as Blob);
      if (buffer) this.buffers.set(name, buffer);
      return name;
    };
    const { buffers, made } = this;
    const make = (name: string) => {
      const buffer = buffers.get(name);
      if (!buffer) throw new Error(`There is no recording ${name}.`);
      const element = new RenderedElement(offline, buffer);
      made.set(element, element);
      return element;
    };
    (globalThis as unknown as Record<string, unknown>)["Audio"] = function (name: string) {
      return make(name);
    };
  }

  /** Kicks at the step's tempo after a silence, and what the page hears in them. */
  recording({ tempo, late = 0.4 }: Step): Recording {
    const samples = kicks(tempo, late);
    const buffer = this.offline.createBuffer(1, samples.length, HEARD_RATE);
    buffer.copyToChannel(samples, 0);
    const file = new Blob([`${tempo}`]);
    this.blobs.set(file, buffer);
    const { sound }: Hearing = hear([samples]);
    return { file, sound };
  }

  /** The rendering as the player takes it: it cannot be put to sleep. */
  context(): AudioContext {
    const { offline, made } = this;
    const asleep = () => Promise.resolve();
    const own: Record<string, unknown> = {
      state: "running",
      resume: asleep,
      suspend: asleep,
      close: asleep,
      createMediaElementSource: (element: object) => made.get(element)?.output,
    };
    return new Proxy(offline, {
      get: (target, name: string) => {
        if (name in own) return own[name];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    }) as unknown as AudioContext;
  }
}

/** Plays a buffer as an audio element plays a file, but for the pitch. */
class RenderedElement {
  readonly output: GainNode;
  readonly ended = false;
  readonly seeking = false;
  preservesPitch = false;
  private source: AudioBufferSourceNode | null = null;
  private rate = 1;
  private place = 0;
  private at = 0;

  constructor(
    private readonly offline: OfflineAudioContext,
    private readonly buffer: AudioBuffer,
  ) {
    this.output = offline.createGain();
  }

  get paused(): boolean {
    return this.source === null;
  }

  get currentTime(): number {
    return this.source ? this.place + (this.offline.currentTime - this.at) * this.rate : this.place;
  }

  set currentTime(place: number) {
    this.place = place;
    this.at = this.offline.currentTime;
    if (this.source) this.begin();
  }

  get playbackRate(): number {
    return this.rate;
  }

  set playbackRate(rate: number) {
    this.place = this.currentTime;
    this.at = this.offline.currentTime;
    this.rate = rate;
    this.source?.playbackRate.setValueAtTime(rate, this.at);
  }

  play(): Promise<void> {
    this.at = this.offline.currentTime;
    this.begin();
    return Promise.resolve();
  }

  pause(): void {
    this.place = this.currentTime;
    this.source?.stop();
    this.source = null;
  }

  private begin(): void {
    this.source?.stop();
    this.source = this.offline.createBufferSource();
    this.source.buffer = this.buffer;
    this.source.playbackRate.value = this.rate;
    this.source.connect(this.output);
    this.source.start(0, this.place);
  }
}

function kicks(tempo: number, late: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(RECORDED_SECONDS * HEARD_RATE);
  for (let beat = 0; late + (beat * 60) / tempo < RECORDED_SECONDS - 1; beat += 1) {
    const start = Math.round((late + (beat * 60) / tempo) * HEARD_RATE);
    for (let index = 0; index < 0.2 * HEARD_RATE; index += 1) {
      const second = index / HEARD_RATE;
      const click = Math.sin(2 * Math.PI * 3_000 * second) * Math.exp(-second / 0.004);
      const boom = Math.sin(2 * Math.PI * 60 * second) * Math.exp(-second / 0.05);
      samples[start + index] = (beat % 4 === 0 ? 1 : 0.6) * (0.6 * boom + 0.3 * click);
    }
  }
  return samples;
}

function base64(samples: Float32Array): string {
  const bytes = new Uint8Array(samples.buffer);
  let text = "";
  for (let from = 0; from < bytes.length; from += 32_768) {
    text += String.fromCharCode(...bytes.subarray(from, from + 32_768));
  }
  return btoa(text);
}

Object.assign(globalThis, { render });
