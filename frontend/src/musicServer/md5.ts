/** MD5 as RFC 1321 has it: Subsonic's tokens are made with it, and no browser offers it. */

/** How far each step of a round turns its sum. */
const TURNS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const SINES = Array.from({ length: 64 }, (_, step) => Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32));
const BLOCK_BYTES = 64;
const WORDS = 16;

type Sums = readonly [number, number, number, number];

/** The hash of `text` in UTF-8, as 32 hexadecimal digits. */
export function md5(text: string): string {
  const view = padded(new TextEncoder().encode(text));
  let sums: Sums = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < view.byteLength; at += BLOCK_BYTES) {
    const words = Array.from({ length: WORDS }, (_, word) => view.getUint32(at + 4 * word, true));
    sums = block(sums, words);
  }
  const out = new DataView(new ArrayBuffer(16));
  sums.forEach((sum, index) => {
    out.setUint32(4 * index, sum, true);
  });
  return Array.from(new Uint8Array(out.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function padded(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const out = new Uint8Array(length);
  out.set(bytes);
  out[bytes.length] = 0x80;
  const view = new DataView(out.buffer);
  view.setUint32(length - 8, bytes.length * 8, true); // no password is longer than half a gigabyte
  return view;
}

function block(before: Sums, words: readonly number[]): Sums {
  let [a, b, c, d] = before;
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4;
    const [mixed, word] = mix(round, step, b, c, d);
    const sum = a + mixed + (SINES[step] ?? 0) + (words[word] ?? 0);
    [a, b, c, d] = [d, b + turned(sum, TURNS[round]?.[step % 4] ?? 0), b, c];
  }
  return [before[0] + a, before[1] + b, before[2] + c, before[3] + d].map((sum) => sum >>> 0) as unknown as Sums;
}

/** What a step adds, and which word of the block it takes. */
function mix(round: number, step: number, b: number, c: number, d: number): readonly [number, number] {
  switch (round) {
    case 0:
      return [(b & c) | (~b & d), step];
    case 1:
      return [(d & b) | (~d & c), (5 * step + 1) % WORDS];
    case 2:
      return [b ^ c ^ d, (3 * step + 5) % WORDS];
    default:
      return [c ^ (b | ~d), (7 * step) % WORDS];
  }
}

function turned(sum: number, by: number): number {
  return (sum << by) | (sum >>> (32 - by));
}
