/** Small music files, byte by byte. */

const SAMPLE_RATE = 8_000;

/** A silent WAV file, 8 bits and mono, with a LIST of `info` tags such as INAM. */
export function wav(seconds: number, info: Readonly<Record<string, string>> = {}): Blob {
  const samples = new Uint8Array(seconds * SAMPLE_RATE).fill(128);
  const format = [...two(1), ...two(1), ...four(SAMPLE_RATE), ...four(SAMPLE_RATE), ...two(1), ...two(8)];
  const tags = Object.entries(info).flatMap(([name, value]) => chunk(name, [...utf8(value), 0]));
  const list = tags.length > 0 ? chunk("LIST", [...utf8("INFO"), ...tags]) : [];
  const head = [...utf8("WAVE"), ...chunk("fmt ", format), ...list];
  const data = [...utf8("data"), ...four(samples.length)];
  const length = head.length + data.length + samples.length;
  return new Blob([new Uint8Array([...utf8("RIFF"), ...four(length), ...head, ...data]), samples]);
}

/** An ID3v2.3 tag of text frames such as TIT2. */
export function id3(frames: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const bytes = Object.entries(frames).flatMap(([name, value]) => {
    const text = [0, ...utf8(value)]; // ISO 8859-1
    return [...utf8(name), ...[...four(text.length)].reverse(), 0, 0, ...text];
  });
  const size = [21, 14, 7, 0].map((shift) => (bytes.length >> shift) & 0x7f);
  return new Uint8Array([...utf8("ID3"), 3, 0, 0, ...size, ...bytes]);
}

/** `tag`, and frames of MPEG 1 layer III at 128 kbit/s and 44.1 kHz that hold nothing. */
export function mp3(tag: Uint8Array<ArrayBuffer>, seconds: number): Blob {
  const frame = new Uint8Array(417);
  frame.set([0xff, 0xfb, 0x90, 0xc4]);
  const count = Math.round((seconds * 44_100) / 1152);
  return new Blob([tag, ...Array.from({ length: count }, () => frame)]);
}

function chunk(name: string, bytes: readonly number[]): number[] {
  const even = bytes.length % 2 === 0 ? bytes : [...bytes, 0];
  return [...utf8(name), ...four(bytes.length), ...even];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function two(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

function four(value: number): number[] {
  return [...two(value & 0xffff), ...two(value >>> 16)];
}
