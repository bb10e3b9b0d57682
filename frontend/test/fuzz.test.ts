/** What comes from outside is read, or refused with a sentence, whatever it is. */
import fc from "fast-check";
import FitParser from "fit-file-parser";
import { describe, expect, test } from "vitest";

import { pointsOfFit } from "../src/heart/fitFile";
import { UnreadableRecording, recordingOf } from "../src/heart/recording";
import { UnreadablePacket, heartRateOf, isHeartRate } from "../src/heart/strap";
import { tagsOf } from "../src/ownSongs/tags";
import { UnreadableMessage, decode } from "../src/wire/decode";
import { type Definition, definition, fit, fitOf } from "./fitFiles";
import { type Bytes, RUNS, TIMEOUT, concat, damaged, sentenceOf } from "./fuzz";
import { example } from "./helpers";
import { id3, mp3, wav } from "./music";

describe("a FIT file", () => {
  const whole = fit([0, 91], [1, 92], [2, 255], [40, 95], [3, 230]);
  const files = fc.oneof(damaged(whole), fc.uint8Array({ maxLength: 300 }).map(fitOf));

  test("is heart rates in the order of time, or is refused with a sentence", TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(files, async (bytes) => {
        const points = (await pointsOfFit(bytes.buffer)) ?? { points: [], cut: false };
        try {
          const { samples } = recordingOf("ride.fit", points);
          expect(samples[0]?.[0]).toBe(0);
          expect([...samples].sort(([a], [b]) => a - b)).toEqual(samples);
          expect(samples.every(([second, heart_rate]) => second < Infinity && isHeartRate(heart_rate))).toBe(true);
        } catch (error) {
          sentenceOf(UnreadableRecording)(error);
        }
      }),
      RUNS,
    );
  });

  test("is read as a reader of everything that FIT holds does", TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(soundFit(), async (bytes) => {
        const { records = [] } = await new FitParser({ force: true }).parseAsync(bytes.buffer);
        const points = records.flatMap(({ timestamp, heart_rate }) =>
          heart_rate === undefined ? [] : [[timestamp?.getTime() ?? NaN, heart_rate]],
        );
        expect(await pointsOfFit(bytes.buffer)).toEqual({ points, cut: false });
      }),
      RUNS,
    );
  });
});

/** Definitions of any fields in any order, and data of each; compressed where it may be. */
function soundFit(): fc.Arbitrary<Bytes> {
  const field = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom([253, 4, 0x86] as const, [3, 1, 2] as const, [3, 1, 13] as const) },
    fc.tuple(fc.constantFrom(0, 1, 4, 5, 6, 200), fc.constantFrom(1, 2, 4, 8), fc.constantFrom(0, 1, 0x83, 0x84)),
  );
  const defined: fc.Arbitrary<Definition> = fc.record({
    local: fc.constant(0),
    message: fc.constantFrom(20, 20, 20, 19, 21, 0xff00),
    littleEndian: fc.boolean(),
    fields: fc.uniqueArray(field, { maxLength: 5, selector: ([number]) => number }),
    developerSizes: fc.array(fc.nat(5), { maxLength: 2 }),
  });
  const data = fc.tuple(fc.option(fc.nat(31)), fc.uint8Array({ minLength: 60, maxLength: 60 }));
  const stretch = fc.tuple(defined, fc.array(data, { maxLength: 5 })).map(([one, datas]) => {
    const timePlace = one.fields.findIndex(([number]) => number === 253);
    const size = [...one.fields.map(([, bytes]) => bytes), ...one.developerSizes].reduce((a, b) => a + b, 0);
    return [
      ...definition(one),
      ...datas.flatMap(([bits, bytes]) => {
        if (bits === null || timePlace > 0) return [0, ...bytes.slice(0, size)];
        return [0x80 | bits, ...bytes.slice(0, timePlace === 0 ? size - 4 : size)];
      }),
    ];
  });
  return fc.array(stretch, { minLength: 1, maxLength: 6 }).map((all) => fitOf(all.flat()));
}

describe("a heart-rate packet", () => {
  test("is a heart rate, or is refused with a sentence", TIMEOUT, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        try {
          expect(isHeartRate(heartRateOf(new DataView(bytes.buffer)))).toBe(true);
        } catch (error) {
          sentenceOf(UnreadablePacket)(error);
        }
      }),
      RUNS,
    );
  });
});

describe("a file's tags", () => {
  const MAGIC = ["ID3", "fLaC", "OggS", "RIFF....WAVE", "FORM....AIFF", "APETAGEX", "MAC ", "wvpk", "MPCK", "DSD ", "FRM8"];
  const BOXES = ["\0\0\0\x18ftypM4A ", "\x1aE\xdf\xa3", "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "\xff\xfb\x90\xc4", "\xff\xf1"];
  const begun = fc
    .tuple(fc.constantFrom(...MAGIC, ...BOXES), fc.uint8Array({ maxLength: 400 }))
    .map(([magic, bytes]) => concat(Uint8Array.from(magic, (letter) => letter.charCodeAt(0)), bytes));

  test("are text, positive numbers, or nothing", TIMEOUT, async () => {
    const tagged = mp3(id3({ TIT2: "Uphill", TPE1: "The Legs", TBPM: "171", TCON: "Rock" }), 1);
    const listed = wav(1, { INAM: "Downhill", IART: "The Legs" });
    const wholes = [tagged, listed].map(async (blob) => new Uint8Array(await blob.slice(0, 600).arrayBuffer()));
    const files = fc.oneof(begun, ...(await Promise.all(wholes)).map(damaged));
    await fc.assert(
      fc.asyncProperty(files, async (bytes) => {
        const { title, artist, genre, tempo, duration_seconds } = await tagsOf(new Blob([bytes]));
        for (const text of [title, artist, genre]) expect(text ?? "x").toMatch(/\S/);
        for (const number of [tempo, duration_seconds]) {
          expect(number ?? 1).toBeGreaterThan(0);
          expect(number ?? 1).toBeLessThan(Infinity);
        }
      }),
      RUNS,
    );
  });
});

describe("a message of the server", () => {
  const NAMES = ["song", "started", "changed", "rated", "skipped", "workout", "error", "floor_view", "own_songs_kept"];
  const numbers = fc.constantFrom("1e400", "-0", "-1", "0.5", "9".repeat(400), "1e-400", "230.00000000000003");
  const nested = fc.integer({ min: 1, max: 20_000 }).map((deep) => "[".repeat(deep) + "]".repeat(deep));
  const value = fc.oneof(fc.json(), numbers, nested, fc.constant('"\\ud800"'));

  /** An example with one of its values, names or parts in another's place. */
  const bent = fc
    .tuple(fc.constantFrom(...NAMES), fc.nat(), value)
    .map(([name, place, put]) => {
      const parts = example(name).split(/("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|null|true|false)/);
      parts[place % parts.length] = put;
      return parts.join("");
    });
  const cut = fc.tuple(fc.constantFrom(...NAMES), fc.nat(400)).map(([name, end]) => example(name).slice(0, end));
  const typed = fc.tuple(value, value).map(([type, more]) => `{"type":${type},"__proto__":${more}}`);
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  const texts = fc.oneof({ weight: 4, arbitrary: bent }, cut, typed, value, fc.string());

  test("is one that the page knows, or is refused with a sentence", TIMEOUT, () => {
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(decode(text).type).toMatch(/^[a-z_]+$/);
        } catch (error) {
          sentenceOf(UnreadableMessage)(error);
        }
      }),
      { ...RUNS, examples: [[deep], [`{"type":${deep}}`]] },
    );
  });
});
