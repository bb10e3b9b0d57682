/** Recordings of every kind, damaged and cut. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { UnreadableRecording, readRecording } from "../src/heart/recording";
import { isHeartRate } from "../src/heart/strap";
import { type Bytes, RUNS, TIMEOUT, damaged, sentenceOf } from "./fuzz";
import * as made from "./recordings";

const GPX =
  '<?xml version="1.0"?><gpx><trk><trkseg>' +
  "<trkpt><time>2025-10-09T08:53:20Z</time><extensions><hr>91</hr></extensions></trkpt>" +
  "<trkpt><time>2025-10-09T08:53:21Z</time><extensions><hr>92</hr></extensions></trkpt></trkseg></trk></gpx>";
const TCX =
  '<?xml version="1.0"?><TrainingCenterDatabase><Activities><Activity><Lap><Track>' +
  "<Trackpoint><Time>2025-10-09T08:53:20Z</Time><HeartRateBpm><Value>91</Value></HeartRateBpm></Trackpoint>" +
  "<Trackpoint><Time>2025-10-09T08:53:22Z</Time><HeartRateBpm><Value>93</Value></HeartRateBpm></Trackpoint>" +
  "</Track></Lap></Activity></Activities></TrainingCenterDatabase>";
const HEALTH = made.health({ seconds: 3, workouts: [[0, 1], [2, 2]] });

const WHOLE: Readonly<Record<string, Bytes>> = {
  gpx: made.text(GPX),
  "gpx with swapped namespaces": made.text(made.swapped()),
  tcx: made.text(TCX),
  "UTF-16": made.utf16(TCX),
  "Apple Health": made.text(HEALTH),
  "FIT joined": made.joined(made.ride(0, 3), made.ride(3, 3)),
  "FIT with a strap's beats": made.swim([81, 82, 83, 84, 85, 86, 87, 88]),
  "FIT with another maker's field": made.shadowed(255, 150, "by name"),
  gzip: made.gzip(made.text(GPX)),
  zip: made.zip({ "a.gpx": made.text(GPX), "b.fit": made.ride(0, 3), "c.zip": made.zip({ d: made.text(TCX) }) }),
};

const value = fc.oneof(
  fc.string(),
  fc.constantFrom("9".repeat(400), "1e400", "-0", "0x5b", "+275760-09-13T00:00:00Z", "0000-00-00", "</hr>", "&a;", "<!--", "<"),
);
/** XML with one of its values or marks in another's place. */
const bent = fc.tuple(fc.constantFrom(GPX, TCX, HEALTH), fc.nat(), value).map(([text, place, put]) => {
  const parts = text.split(/(?<=>)|(?=<)/);
  parts[place % parts.length] = put;
  return made.text(parts.join(""));
});
const nested = fc.nat(200).map((deep) => made.text(`<gpx>${"<trkpt>".repeat(deep)}<hr>91</hr></gpx>`));

async function check(bytes: Bytes): Promise<void> {
  try {
    const { samples } = await readRecording(new File([bytes], "ride"), (names) => Promise.resolve(names.length - 1));
    expect([...samples].sort(([a], [b]) => a - b)).toEqual(samples);
    expect(samples.every(([second, heart_rate]) => second < Infinity && isHeartRate(heart_rate))).toBe(true);
    expect(samples.length).toBeGreaterThan(0);
  } catch (error) {
    sentenceOf(UnreadableRecording)(error);
  }
}

test.each(Object.entries(WHOLE))(
  "%s is heart rates in the order of time, or is refused with a sentence",
  TIMEOUT,
  async (_, whole) => {
    await fc.assert(fc.asyncProperty(damaged(whole), check), RUNS);
  },
);

test("XML with anything in the place of anything is read likewise", TIMEOUT, async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(bent, nested), check), RUNS);
});

test.each(Object.entries(WHOLE))("%s cut anywhere is read up to there, or is refused with a sentence", async (_, whole) => {
  for (let length = 0; length < whole.length; length += 7) await check(whole.slice(0, length));
});
