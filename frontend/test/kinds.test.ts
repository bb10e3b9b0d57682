import { describe, expect, test } from "vitest";

import { UnreadableRecording, type Recording, readRecording } from "../src/heart/recording";
import { definition, fitOf } from "./fitFiles";
import * as made from "./recordings";

const NOBODY = () => Promise.reject(new Error("Nobody is there to choose."));

function read(bytes: made.Bytes, name = "ride", choose = NOBODY as (names: readonly string[]) => Promise<number>): Promise<Recording> {
  return readRecording(new File([bytes], name), choose);
}

async function whyNot(bytes: made.Bytes): Promise<string> {
  const error: unknown = await read(bytes).catch((error: unknown) => error);
  return error instanceof UnreadableRecording ? error.message : `It was read: ${JSON.stringify(error)}`;
}

const MINUTE = Array.from({ length: 60 }, (_, second) => [second, made.heartRateAt(second)] as const);
const hr = (said: number) => `<extensions><gpxtpx:hr>${said}</gpxtpx:hr></extensions>`;

describe("a minute is read whole, whatever the file is like", () => {
  const tcx = made.tcx(made.valued);
  const kinds: Readonly<Record<string, made.Bytes>> = {
    fit: made.ride(),
    "fit.gz": made.gzip(made.ride()),
    "tcx.gz": made.gzip(made.text(tcx)),
    "gpx.gz": made.gzip(made.text(made.gpx(hr))),
    "a gzip file within another": made.gzip(made.gzip(made.ride())),
    "a zip file with one workout": made.zip({ "a/ride.fit": made.ride(), "cover.jpg": made.text("\xff\xd8\xff") }),
    "a zip file within another": made.zip({ "all.zip": made.zip({ "readme.txt": made.text("Hello."), ride: made.text(tcx) }) }),
    "FIT files joined": made.joined(made.ride(0, 20), made.ride(20, 30), made.ride(50, 10)),
    "FIT files joined in the wrong order": made.joined(made.ride(30, 30), made.ride(0, 30)),
    "blanks before the declaration": made.text(`\n          ${tcx}`),
    "a mark before blanks": made.text(`\ufeff\r\n  ${tcx}`),
    "UTF-16": made.utf16(tcx),
    "UTF-16 without a mark": made.utf16(tcx).slice(2),
    "a comment with tags": made.text(tcx.replace("<Activities>", "<!-- <Trackpoint> --><Activities><![CDATA[<Trackpoint>]]>")),
    "single quotes and brackets in attributes": made.text(tcx.replace('Sport="Running"', "Sport='a > b'")),
    "values without `Value`": made.text(made.tcx((second) => `<HeartRateBpm>${made.heartRateAt(second)}</HeartRateBpm>`)),
    "values with a type of no namespace": made.text(tcx.replaceAll("<HeartRateBpm>", '<HeartRateBpm xsi:type="HeartRateInBeatsPerMinute_t">')),
    "prefixes that nobody declares": made.text(made.gpx(hr, { root: "" })),
    "an unrelated prefix": made.text(made.gpx((said) => `<gpxx:a/>${hr(said)}`)),
    "swapped namespaces": made.text(made.swapped()),
    "export.xml": made.text(made.health()),
    "export.xml within an export": made.zip({ "apple_health_export/routes/a.gpx": made.text(made.gpx(() => "")), "apple_health_export/export.xml": made.text(made.health()) }),
    "a clock of beats in `hr` messages": made.swim([81, 82, 83, 84, 85, 86, 87, 88]),
  };
  const minutes = Object.entries(kinds).filter(([name]) => !name.includes("beats"));
  test.each(minutes)("%s", async (_, bytes) => {
    const { samples, trouble } = await read(bytes);
    expect(samples).toEqual(MINUTE);
    expect(trouble).toBe("");
  });

  test.each(["gpxtpx:hr", "ns3:hr", "gpxdata:hr", "hr", "heartrate", "heartRate", "HeartRateBpm", "bpm", "heart_rate"])(
    "a heart rate that is called %s",
    async (name) => {
      const within = (said: number) => `<extensions><${name}>${said}.00</${name}></extensions>`;
      expect((await read(made.text(made.gpx(within)))).samples).toEqual(MINUTE);
      const outside = (said: number) => `<${name}>${said}</${name}>`;
      expect((await read(made.text(made.gpx(outside)))).samples).toEqual(MINUTE);
    },
  );

  test.each(["ZZ", "+00:00", "+0000", "-05:00", ".000Z", ".123456Z", "", " UTC", ",5Z"])("times that end with %j", async (end) => {
    const time = (second: number) => made.timeAt(second).replace("Z", end);
    const { samples } = await read(made.text(made.tcx(made.valued, { time })));
    expect(samples).toEqual(MINUTE);
  });
});

describe("what a file lacks is said as what it is", () => {
  const average = "<HeartRateBpm>135</HeartRateBpm>";
  test.each<[string, made.Bytes, RegExp]>([
    ["no times", made.text(made.gpx(hr, { time: () => "" })), /60 heart rates were left out: they have no times\.$/],
    ["ones only", made.text(made.tcx(() => "<HeartRateBpm><Value>1</Value></HeartRateBpm>")), /60 heart rates were left out: they do not lie between 30 and 230\.$/],
    ["empty ones only", made.text(made.tcx(() => "<HeartRateBpm><Value></Value></HeartRateBpm>")), /60 heart rates were left out: they are empty\.$/],
    ["words", made.text(made.gpx(() => hr(NaN))), /60 heart rates were left out: they are no numbers\.$/],
    ["an average", made.text(made.tcx(() => "", { lap: average })), /holds no heart rate.*It holds an average alone/],
    ["a planned route", made.text(made.gpx(() => "", { time: () => "" })), /Its points have no times either/],
    ["a route of Apple Health", made.text(made.gpx(() => "<extensions><hAcc>3</hAcc></extensions>")), /in the file export\.xml of the same export/],
    ["other names", made.text(made.gpx(() => "<pulse>90</pulse>")), /none is called hr, heartrate/],
    ["an export without heart rates", made.text(made.health({ seconds: 0 })), /holds no records of heart rates/],
    ["only definitions", fitOf(definition({ local: 0, message: 20, littleEndian: true, fields: [[3, 1, 2]], developerSizes: [] })), /holds no heart rate, so there is nothing to play\.$/],
    ["a zip file of music", made.zip({ "one.mp3": made.text("ID3") }), /no file in it is one of .* Music has to be unpacked first\.$/],
    ["a zip file that breaks off", made.zip({ a: made.ride() }).slice(0, 60), /is a zip file that breaks off/],
    ["zeros without end", made.gzip(new Uint8Array(50_000_000)), /is no workout that can be read/],
  ])("%s", async (_, bytes, sentence) => {
    expect(await whyNot(bytes)).toMatch(sentence);
  });

  test("and for each reason apart, with all the rest used", async () => {
    const said = ["<HeartRateBpm/>", "<HeartRateBpm><Value> </Value></HeartRateBpm>", "<HeartRateBpm><Value>0</Value></HeartRateBpm>", "<hr>high</hr>", ""];
    const bytes = made.text(made.tcx((second) => said[second - 20] ?? made.valued(second)));
    const { samples, trouble } = await read(bytes);
    expect(samples).toHaveLength(55);
    expect(trouble).toBe(
      "One heart rate was left out: it does not lie between 30 and 230. " +
        "One heart rate was left out: it is no number. 2 heart rates were left out: they are empty.",
    );
  });
});

describe("a FIT file", () => {
  test("whose strap kept the heart rates is read beat by beat, from its first record on", async () => {
    const heart_rates = [81, 82, 83, 84, 85, 86, 87, 255, 89, 90, 91, 92, 93, 94, 95, 96];
    const { samples } = await read(made.swim(heart_rates));
    expect(samples.map(([, heart_rate]) => heart_rate)).toEqual(heart_rates.filter((each) => each < 255));
    expect(samples.slice(0, 2).map(([second]) => second)).toEqual([0, 800 / 1024]);
    expect(samples.at(-1)?.[0]).toBeCloseTo((15 * 800) / 1024, 3);
  });

  test.each(["by name", "by number"] as const)("takes another maker's heart rate, described %s, only for want of its own", async (described) => {
    expect((await read(made.shadowed(120, 200, described))).samples).toEqual([[0, 120]]);
    expect((await read(made.shadowed(255, 150, described))).samples).toEqual([[0, 150]]);
  });

  test("that is damaged in one of its parts gives the others, and says so", async () => {
    const first = made.ride(0, 30);
    first[14 + 12 + 20 * 6] = 0x09;
    const { samples, trouble } = await read(made.joined(first, made.ride(30, 30)));
    expect(samples).toHaveLength(50);
    expect(trouble).toBe("The file is damaged after 0:19; what is whole before and after it is used.");
  });

  test("that its watch never finished may be followed by another", async () => {
    const first = made.ride(0, 30).slice(0, -2);
    new DataView(first.buffer).setUint32(4, 0, true);
    expect((await read(made.joined(first, made.ride(30, 30)))).samples).toEqual(MINUTE);
  });
});

describe("XML", () => {
  test.each([made.tcx(made.valued), made.gpx(hr), made.swapped()])("that breaks off anywhere gives its whole points", async (text) => {
    const bytes = made.text(text);
    const ends = [...text.matchAll(/<\/(?:\w+:)?(?:trkpt|Trackpoint)>/g)].map(({ index, 0: { length } }) => index + length);
    for (let length = 200; length < bytes.length - 30; length += 97) {
      const count = ends.filter((end) => end <= length).length;
      const { samples, trouble } = await read(bytes.slice(0, length)).catch(() => ({ samples: [], trouble: "breaks off" }));
      expect(samples).toEqual(MINUTE.slice(0, count));
      expect(trouble).toMatch("breaks off");
    }
  });

  test("loses a point that is broken in its middle, and no other", async () => {
    const text = made.gpx(hr).replace("<gpxtpx:hr>125</gpxtpx:hr>", "<gpxtpx:hr>125</gpx</gpxtpx:hr>");
    const { samples, trouble } = await read(made.text(text));
    expect(samples).toEqual(MINUTE.filter(([second]) => second !== 5));
    expect(trouble).toBe("The file is damaged after 0:04; what is whole before and after it is used.");
  });

  test("packed and cut gives what came before", async () => {
    const packed = made.gzip(made.text(made.tcx((second) => `<a>${Math.sin(second)}</a>${made.valued(second)}`)));
    const { samples, trouble } = await read(packed.slice(0, packed.length - 200));
    expect(samples.length).toBeGreaterThan(20);
    expect(trouble).toMatch("breaks off after");
  });

  test("of a clock that is set back by an hour keeps the file's order", async () => {
    const time = (second: number) => made.timeAt(second * 60 - (second >= 60 ? 3600 : 0)).replace("Z", "");
    const said = (second: number) => `<hr>${second < 60 ? 100 : 170}</hr>`;
    const { samples } = await read(made.text(made.tcx(said, { time, seconds: 120 })));
    expect(samples).toEqual(Array.from({ length: 120 }, (_, minute) => [minute * 60, minute < 60 ? 100 : 170]));
  });
});

describe("where a file holds several workouts, one is chosen", () => {
  const choosing = (place: number) => {
    const offered: (readonly string[])[] = [];
    const choose = (names: readonly string[]) => {
      offered.push(names);
      return Promise.resolve(place);
    };
    return { offered, choose };
  };

  test("out of a portal's export, by what its files hold", async () => {
    const { offered, choose } = choosing(1);
    const bytes = made.zip({
      "activities/1.fit.gz": made.gzip(made.ride(0, 10)),
      "activities/2.gpx": made.text(made.gpx(hr)),
      "activities.csv": made.text("Activity ID,Date\n1,2025\n"),
      "media/a.jpg": made.text("\xff\xd8\xff"),
    });
    expect((await read(bytes, "export.zip", choose)).samples).toEqual(MINUTE);
    expect(offered).toEqual([["activities/1.fit.gz", "activities/2.gpx"]]);
  });

  test("out of Apple Health, by its workouts, newest first", async () => {
    const { offered, choose } = choosing(1);
    const bytes = made.text(made.health({ seconds: 3_600, workouts: [[0, 59], [600, 900], [9_000, 9_999]] }));
    expect((await read(bytes, "export.xml", choose)).samples).toEqual(MINUTE);
    expect(offered).toEqual([["Running, 2025-03-02 09:10", "Running, 2025-03-02 09:00"]]);
  });
});
