/** Recordings in XML, which a browser reads. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { UnreadableRecording, recordingOf } from "../../src/heart/recording";
import { isHeartRate } from "../../src/heart/strap";
import { pointsOfXml } from "../../src/heart/track";
import { RUNS, TIMEOUT, damaged, sentenceOf } from "../fuzz";

const GPX =
  '<?xml version="1.0"?><gpx><trk><trkseg>' +
  "<trkpt><time>2025-10-09T08:53:20Z</time><extensions><hr>91</hr></extensions></trkpt>" +
  "<trkpt><time>2025-10-09T08:53:21Z</time><extensions><hr>92</hr></extensions></trkpt></trkseg></trk></gpx>";
const TCX =
  '<?xml version="1.0"?><TrainingCenterDatabase><Activities><Activity><Lap><Track>' +
  "<Trackpoint><Time>2025-10-09T08:53:20Z</Time><HeartRateBpm><Value>91</Value></HeartRateBpm></Trackpoint>" +
  "<Trackpoint><Time>2025-10-09T08:53:22Z</Time><HeartRateBpm><Value>93</Value></HeartRateBpm></Trackpoint>" +
  "</Track></Lap></Activity></Activities></TrainingCenterDatabase>";

const whole = fc.constantFrom(GPX, TCX);
const value = fc.oneof(
  fc.string(),
  fc.constantFrom("9".repeat(400), "1e400", "-0", "0x5b", "+275760-09-13T00:00:00Z", "0000-00-00", "</hr>", "&a;"),
);
/** A file with one of its values or marks in another's place. */
const bent = fc.tuple(whole, fc.nat(), value).map(([text, place, put]) => {
  const parts = text.split(/(?<=>)|(?=<)/);
  parts[place % parts.length] = put;
  return parts.join("");
});
const nested = fc.nat(200).map((deep) => `<gpx>${"<trkpt>".repeat(deep)}<hr>91</hr></gpx>`);
const bytes = whole.chain((text) => damaged(new TextEncoder().encode(text)));
const texts = fc.oneof(bent, bytes.map((each) => new TextDecoder().decode(each)), nested);

test("a GPX or TCX file is heart rates in the order of time, or is refused with a sentence", TIMEOUT, () => {
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const { samples } = recordingOf("ride.gpx", pointsOfXml(text) ?? { points: [], cut: false });
        expect([...samples].sort(([a], [b]) => a - b)).toEqual(samples);
        expect(samples.every(([second, heart_rate]) => second < Infinity && isHeartRate(heart_rate))).toBe(true);
      } catch (error) {
        sentenceOf(UnreadableRecording)(error);
      }
    }),
    RUNS,
  );
});
