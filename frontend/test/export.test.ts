import { describe, expect, test } from "vitest";

import type { Sample, SongPush } from "../src/wire/messages";
import { csvOf, fileName, tcxOf } from "../src/workout/export";
import { summaryOf } from "../src/workout/summary";
import { SESSION, point, songPush } from "./helpers";

const RANGE = { resting_heart_rate: 60, max_heart_rate: 160 };
const SAMPLES: readonly Sample[] = [
  [SESSION, 120],
  [SESSION + 1_500, 121.5],
  [SESSION + 60_000, 300],
];
const START = { started_ms: SESSION };

function titled(title: string, artist = "Someone"): SongPush {
  return songPush(0, { song: { id: "s", title, artist, tempo: 120 } });
}

function rows(title: string, artist?: string): readonly string[] {
  return csvOf(START, SAMPLES, [point(0)], [titled(title, artist)]).split("\r\n");
}

function tcx(songs: readonly SongPush[]): string {
  const summary = summaryOf(SAMPLES, songs, RANGE);
  if (!summary) throw new Error("There is no summary.");
  return tcxOf(summary, SAMPLES);
}

describe("a workout as CSV", () => {
  test("has a row for each sample, with the average and the song of then", () => {
    expect(rows("Song")).toEqual([
      "seconds,heart_rate,average,title,artist,tempo",
      "0,120,120.0,Song,Someone,120.0",
      "1.5,121.5,120.0,Song,Someone,120.0",
      "60,300,,Song,Someone,120.0",
      "",
    ]);
  });

  test("counts from the start of the workout, which a heart rate may follow", () => {
    const [, first] = csvOf({ started_ms: SESSION - 12_000 }, SAMPLES, [], []).split("\r\n");
    expect(first).toBe("12,120,,,,");
  });

  test("leaves the song empty where none played", () => {
    const late = songPush(0, { starts_at_ms: SESSION + 1_000, ends_at_ms: SESSION + 2_000 });
    const [, first, second, third] = csvOf(START, SAMPLES, [], [late]).split("\r\n");
    expect([first, third]).toEqual(["0,120,,,,", "60,300,,,,"]);
    expect(second).toContain("Title 0");
  });

  test("quotes what would break a row", () => {
    expect(rows('One, "two"')[1]).toContain(',"One, ""two""",Someone,');
    expect(csvOf(START, SAMPLES, [], [titled("a\nb")])).toContain(',"a\nb",');
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])("takes %j for no formula", (text) => {
    expect(rows(text).join("\r\n")).toContain(`'${text}`);
    expect(rows("Song", text).join("\r\n")).toContain(`'${text}`);
  });
});

describe("a workout as TCX", () => {
  test("has the order of elements that the schema demands", () => {
    const names = [...tcx([]).matchAll(/<([A-Za-z]+)[ >]/g)].map(([, name]) => name);
    expect(names).toEqual([
      ...["TrainingCenterDatabase", "Activities", "Activity", "Id", "Lap"],
      ...["TotalTimeSeconds", "DistanceMeters", "Calories"],
      ...["AverageHeartRateBpm", "Value", "MaximumHeartRateBpm", "Value"],
      ...["Intensity", "TriggerMethod"],
      ...["Track", "Trackpoint", "Time", "HeartRateBpm", "Value", "Trackpoint", "Time", "HeartRateBpm", "Value"],
      ...["Track", "Trackpoint", "Time", "HeartRateBpm", "Value"],
      "Notes",
    ]);
  });

  test("has each sample in its time, as a whole number that a byte holds", () => {
    const times = [...tcx([]).matchAll(/<Time>(.*?)<\/Time>/g)].map(([, time]) => Date.parse(time ?? ""));
    expect(times).toEqual(SAMPLES.map(([at_ms]) => at_ms));
    const values = [...tcx([]).matchAll(/<Value>(.*?)<\/Value>/g)].map(([, value]) => value);
    expect(values.slice(2)).toEqual(["120", "122", "255"]);
  });

  test("begins another track after a hole", () => {
    expect(tcx([]).split("<Track>")).toHaveLength(3);
  });

  test("escapes titles, and leaves out what XML cannot hold", () => {
    const text = tcx([titled("<Rock & 'Roll'>\u0000\ud800", '"Me" ]]>')]);
    expect(text).toContain("0:00 &lt;Rock &amp; &apos;Roll&apos;&gt;, &quot;Me&quot; ]]&gt;");
  });

  test("is named after its start", () => {
    const at = new Date(2026, 10, 2, 4, 5).getTime();
    expect(fileName(at, "tcx")).toBe("tempofit-2026-11-02-0405.tcx");
  });
});
