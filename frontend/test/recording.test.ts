import { describe, expect, test } from "vitest";

import { MOST_POINTS, type Points } from "../src/heart/points";
import { type Recording, readRecording, recordingOf } from "../src/heart/recording";
import { NO_HEART_RATE, definition, fit, fitOf } from "./fitFiles";

function read(bytes: Uint8Array<ArrayBuffer>, name = "ride.fit"): Promise<Recording> {
  return readRecording(new File([bytes], name));
}

function minutes(count: number): Uint8Array<ArrayBuffer> {
  return fit(...Array.from({ length: count * 60 + 1 }, (_, second) => [second, 120] as const));
}

/** A file of `count` records of one heart rate, without a time but for the first. */
function long(count: number): Uint8Array<ArrayBuffer> {
  const fields = [[253, 4, 0x86], [3, 1, 2]] as const;
  const defined = definition({ local: 0, message: 20, littleEndian: true, fields, developerSizes: [] });
  const bytes = new Uint8Array(defined.length + 6 + (count - 1) * 2);
  bytes.set([...defined, 0, 0, 0, 0, 60, 120]);
  for (let at = defined.length + 6; at < bytes.length; at += 2) bytes.set([0x80, 120], at);
  return fitOf(bytes);
}

function refused(points: Points): string {
  try {
    recordingOf("ride.gpx", points);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}

describe("a FIT file", () => {
  test("gives its heart rates and the seconds between them, and nothing else", async () => {
    expect(await read(fit([7, 91], [8, 92], [30, 95]))).toEqual({
      name: "ride.fit",
      samples: [
        [0, 91],
        [1, 92],
        [23, 95],
      ],
      trouble: "",
    });
  });

  test("may have records without a heart rate: they stay holes", async () => {
    const { samples, trouble } = await read(fit([0, 91], [1, NO_HEART_RATE], [2, 93]));
    expect(samples.map(([second]) => second)).toEqual([0, 2]);
    expect(trouble).toBe("");
  });

  test("that is cut short gives what came before, and says where it breaks off", async () => {
    const whole = minutes(10);
    const { samples, trouble } = await read(whole.slice(0, whole.length / 2));
    expect(samples.length).toBeGreaterThan(290);
    expect(samples.length).toBeLessThan(301);
    expect(trouble).toMatch(/^The file breaks off after (4:5\d|5:00); what came before is used\.$/);
  });

  test("cut anywhere never gives a time or a heart rate that it does not hold", async () => {
    const whole = fit([0, 91], [1, 92], [2, 93], [3, 94]);
    for (let length = 0; length < whole.length; length += 1) {
      const { samples } = await read(whole.slice(0, length)).catch(() => ({ samples: [] }));
      for (const [second, heart_rate] of samples) expect(heart_rate).toBe(91 + second);
    }
  });

  test("that its watch never finished says nothing of its length, and is used", async () => {
    const whole = minutes(1);
    new DataView(whole.buffer).setUint32(4, 0, true);
    const { samples, trouble } = await read(whole);
    expect(samples).toHaveLength(61);
    expect(trouble).toMatch("breaks off after 1:00");
  });

  test("damaged in its middle gives what came before, and says so", async () => {
    const whole = minutes(1);
    const [header, defined, each, good] = [14, 12, 6, 30];
    whole[header + defined + good * each] = 0x09; // a record of a type that was never defined
    const { samples, trouble } = await read(whole);
    expect(samples).toHaveLength(good);
    expect(trouble).toBe("The file breaks off after 0:29; what came before is used.");
  });

  test("may say its numbers in either order of bytes, and times by their lowest bits", async () => {
    const fields = [[253, 4, 0x86], [3, 1, 2]] as const;
    const time = [0x43, 0x46, 0x1f, 0x1e];
    for (const littleEndian of [true, false]) {
      const defined = definition({ local: 1, message: 20, littleEndian, fields, developerSizes: [] });
      const first = [0x01, ...(littleEndian ? [...time].reverse() : time), 91];
      const later = [[0x1f, 92], [0x01, 93], [0x1e, 94]].map(([bits = 0, bpm = 0]) => [0xa0 | bits, bpm]);
      const { samples } = await read(fitOf([...defined, ...first, ...later.flat()]));
      expect(samples).toEqual([[0, 91], [1, 92], [3, 93], [32, 94]]);
    }
  });

  test("gives the watch's own heart rate, whatever a data field on it is called", async () => {
    const own = [[253, 4, 0x86], [3, 1, 2]] as const;
    const described = [[0, 1, 2], [1, 1, 2], [2, 1, 2], [3, 10, 7]] as const;
    const name = new TextEncoder().encode("heart_rate");
    const bytes = [
      ...definition({ local: 0, message: 206, littleEndian: true, fields: described, developerSizes: [] }),
      ...[0, 0, 0, 2, ...name],
      ...definition({ local: 1, message: 20, littleEndian: true, fields: own, developerSizes: [1] }),
      ...[1, 0, 0, 0, 60, 120, 200],
    ];
    expect((await read(fitOf(bytes))).samples).toEqual([[0, 120]]);
  });

  test("of many records is read while the page goes on", async () => {
    let others = 0;
    const ticking = setInterval(() => (others += 1));
    const { samples } = await read(long(200_000));
    clearInterval(ticking);
    expect(samples).toHaveLength(200_000);
    expect(others).toBeGreaterThan(0);
  });

  test("of more than a day at ten records a second is refused with a sentence", async () => {
    await expect(read(long(MOST_POINTS + 1))).rejects.toThrow(
      "ride.fit holds more than 1,000,000 heart rates, which no workout does.",
    );
  });

  test("without a heart rate is refused with a sentence", async () => {
    await expect(read(fit([0, NO_HEART_RATE]))).rejects.toThrow(
      "ride.fit holds no heart rate, so there is nothing to play.",
    );
    await expect(read(minutes(1).slice(0, 20))).rejects.toThrow(
      "ride.fit breaks off or is damaged before its first heart rate",
    );
  });
});

test.each(["", "time,heart_rate\n0,91\n", "<html><gpx-like/></html>"])(
  "a file of another kind is refused by what is in it, whatever its name: %j",
  async (text) => {
    const sentence = "ride.fit is no workout that can be read: it is none of FIT, TCX, GPX and the export.xml of Apple Health";
    await expect(read(new TextEncoder().encode(text))).rejects.toThrow(sentence);
  },
);

describe("what is read", () => {
  test("is put in the order of time, from the first heart rate on", () => {
    const points = [[5_000, 95], [2_000, 92], [3_500, 93]] as const;
    expect(recordingOf("ride.gpx", { points, cut: false }).samples).toEqual([
      [0, 92],
      [1.5, 93],
      [3, 95],
    ]);
  });

  test("loses what is no heart rate or has no time, and says how many", () => {
    const one = [[0, 29], [1_000, 30], [2_000, 230]] as const;
    const several = [[0, 0], [1_000, 100], [2_000, 231], [NaN, 100], [3_000, NaN]] as const;
    expect(recordingOf("a.tcx", { points: one, cut: false })).toMatchObject({
      samples: [[0, 30], [1, 230]],
      trouble: "One heart rate was left out: it does not lie between 30 and 230.",
    });
    const { trouble } = recordingOf("a.tcx", { points: several, cut: true });
    expect(trouble).toBe(
      "The file breaks off after 0:00; what came before is used. " +
        "2 heart rates were left out: they do not lie between 30 and 230. " +
        "One heart rate was left out: it has no time. One heart rate was left out: it is no number.",
    );
    expect(refused({ points: [[0, 0]], cut: false })).toMatch(/^ride.gpx holds nothing to play. One heart/);
  });
});
