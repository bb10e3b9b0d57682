import { describe, expect, test } from "vitest";

import shared from "../../events/beats.json?raw";
import { type Beat, SURE, findBeat } from "../src/ownSongs/beat";
import { SAMPLE_RATE } from "../src/ownSongs/onsets";

interface Case {
  readonly case: string;
  readonly tempo: number;
  readonly beats: number;
  readonly kicks: readonly number[];
  readonly hats: readonly number[];
  readonly seconds: number;
  readonly heard: Beat | null;
}

const CASES = JSON.parse(shared) as readonly Case[];
const AT = Array.from({ length: 1800 }, (_, index) => index);
const KICK = AT.map((at) => Math.sin((2 * Math.PI * 60 * at) / SAMPLE_RATE) * Math.exp(-at / 600));
const HAT = AT.map((at) => 0.3 * Math.sin(at * at * 0.37) * Math.exp(-at / 120));

/** The same drums as `tests/catalog/drums.py` plays. */
function drums({ tempo, beats, kicks, hats, seconds }: Case): Float32Array {
  const samples = new Float32Array(seconds * SAMPLE_RATE);
  const beat = (60 / tempo) * SAMPLE_RATE;
  const add = (sound: readonly number[], start: number) => {
    sound.forEach((sample, index) => {
      if (start + index < samples.length) samples[start + index] = (samples[start + index] ?? 0) + sample;
    });
  };
  for (let bar = 0; bar <= samples.length / beat / beats; bar += 1) {
    for (const place of kicks) add(KICK, Math.floor((bar * beats + place) * beat + 0.5));
    for (const place of hats) add(HAT, Math.floor((bar * beats + place) * beat + 0.5));
  }
  return samples;
}

describe("a beat", () => {
  test.each(CASES.map((each) => [each.case, each] as const))(
    "is heard as by the command: %s",
    (_, each) => {
      const beat = findBeat(drums(each));
      if (!each.heard || !beat) {
        expect(beat).toBe(each.heard);
        return;
      }
      expect(Math.abs(beat.tempo - each.heard.tempo)).toBeLessThan(0.11);
      expect(Math.abs(beat.confidence - each.heard.confidence)).toBeLessThan(0.011);
      expect(beat.other === null).toBe(each.heard.other === null);
      expect(beat.other !== null).toBe(beat.confidence < SURE);
    },
  );

  test("is none in a held tone", () => {
    const tone = Float32Array.from({ length: 20 * SAMPLE_RATE }, (_, at) =>
      Math.sin((2 * Math.PI * 440 * at) / SAMPLE_RATE),
    );
    expect(findBeat(tone)).toBeNull();
  });
});
