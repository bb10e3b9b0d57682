/** Plays a change between two recordings as a page does, by audio elements in real time, and records it. */
import { Player } from "../src/music/player";
import type { Recording } from "../src/music/recordings";
import { HEARD_RATE, hear } from "../src/ownSongs/hearing";
import { songPush } from "./helpers";

export interface Live {
  /** Of the song that goes and of the one that comes. */
  readonly tempi: readonly [number, number];
  /** Hertz of their clicks, by which they are told apart. */
  readonly clicks: readonly [number, number];
  /** Seconds after which the other song is due, and how long all is recorded. */
  readonly change_at: number;
  readonly seconds: number;
}

const RECORDED_SECONDS = 40;
const SILENCE_SECONDS = 0.4;
const FOLLOW_MS = 250;
const RECORDER = `registerProcessor("recorder", class extends AudioWorkletProcessor {
  process([input]) {
    if (input[0]) this.port.postMessage(input[0].slice());
    return true;
  }
});`;

/** Mono samples, and how many there are in a second. */
export async function live({ tempi, clicks, change_at, seconds }: Live): Promise<readonly [string, number]> {
  const context = new AudioContext();
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([RECORDER], { type: "text/javascript" })));
  const recorder = new AudioWorkletNode(context, "recorder");
  const heard: Float32Array[] = [];
  recorder.port.onmessage = ({ data }: MessageEvent<Float32Array>) => heard.push(data);
  recorder.connect(context.destination);
  const player = new Player(tapped(context, recorder));
  player.setVolume(1);
  const recordings = tempi.map((tempo, index) => recordingOf(tempo, clicks[index] ?? 0));
  const begun = performance.now();
  await new Promise<void>((done) => {
    const timer = setInterval(() => {
      const now = (performance.now() - begun) / 1000;
      const slot = now < change_at ? 0 : 1;
      player.follow(cueOf(slot, tempi[slot], now - slot * change_at, recordings[slot] ?? null));
      if (now < seconds) return;
      clearInterval(timer);
      done();
    }, FOLLOW_MS);
  });
  player.close();
  return [base64(heard), context.sampleRate];
}

function cueOf(slot: 0 | 1, tempo: number, since: number, recording: Recording | null) {
  const base = songPush(slot);
  const push = { ...base, song: { ...base.song, tempo }, why: { ...base.why, tempo } };
  return { push, tempo, zone: 3 as const, recording, at_ms: push.starts_at_ms + since * 1000 };
}

/** The context, with the recorder where the loudspeakers are. */
function tapped(context: AudioContext, recorder: AudioNode): AudioContext {
  return new Proxy(context, {
    get: (target, name) => {
      if (name === "destination") return recorder;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A file of kicks, each with a click, after a silence, and what the page hears in it. */
function recordingOf(tempo: number, click_hertz: number): Recording {
  const samples = new Float32Array(RECORDED_SECONDS * HEARD_RATE);
  for (let at = SILENCE_SECONDS, beat = 0; at < RECORDED_SECONDS - 1; at += 60 / tempo, beat += 1) {
    const first = Math.round(at * HEARD_RATE);
    for (let index = 0; index < 0.2 * HEARD_RATE; index += 1) {
      const second = index / HEARD_RATE;
      const click = Math.sin(2 * Math.PI * click_hertz * second) * Math.exp(-second / 0.004);
      const boom = Math.sin(2 * Math.PI * 60 * second) * Math.exp(-second / 0.05);
      samples[first + index] = (beat % 4 === 0 ? 1 : 0.8) * (0.5 * boom + 0.4 * click);
    }
  }
  const { sound } = hear([samples]);
  return { file: new Blob([wave(samples)], { type: "audio/wav" }), sound };
}

function wave(samples: Float32Array): ArrayBuffer {
  const header = 44;
  const view = new DataView(new ArrayBuffer(header + samples.length * 2));
  const words: readonly [number, string][] = [[0, "RIFF"], [8, "WAVE"], [12, "fmt "], [36, "data"]];
  for (const [at, word] of words) {
    for (const [index, letter] of new TextEncoder().encode(word).entries()) view.setUint8(at + index, letter);
  }
  view.setUint32(4, view.byteLength - 8, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, HEARD_RATE, true);
  view.setUint32(28, HEARD_RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, samples.length * 2, true);
  for (const [index, value] of samples.entries()) view.setInt16(header + index * 2, value * 32_767, true);
  return view.buffer;
}

function base64(parts: readonly Float32Array[]): string {
  const text = parts.map((part) => String.fromCharCode(...new Uint8Array(part.buffer)));
  return btoa(text.join(""));
}

Object.assign(globalThis, { live });
