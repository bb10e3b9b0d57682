import FitParser from "fit-file-parser";
import { describe, expect, test } from "vitest";

import { readRecording } from "../src/heart/recording";
import type { Sample } from "../src/wire/messages";
import { jsonOf } from "../src/workout/export";
import { figuresOf, samplesOfPlays } from "../src/workout/past";
import { fitOf } from "../src/workout/fitWriter";
import { gpxOf } from "../src/workout/gpx";
import { summaryOf } from "../src/workout/summary";
import { NOW, SESSION, songPush } from "./helpers";
import { pastSongs, play } from "./pasts";

const SAMPLES: readonly Sample[] = [
  [SESSION, 120],
  [SESSION + 5_000, 121.6],
  [SESSION + 60_000, 300],
];
const songs = [songPush(0, { song: { id: "s", title: "Rock & Roll", artist: "Me", tempo: 120 } })];
const found = summaryOf(SAMPLES, songs, { resting_heart_rate: 60, max_heart_rate: 160 });
if (!found) throw new Error("There is no summary.");
const summary = found;

async function readAgain(content: BlobPart, name: string) {
  const { samples, trouble } = await readRecording(new File([content], name));
  return { samples, trouble };
}

describe("a workout as GPX", () => {
  const gpx = gpxOf(summary, SAMPLES);

  test("has no place, for none is known", () => {
    expect(gpx).not.toMatch(/\b(lat|lon)=/);
  });

  test("is read again as what it was, as far as a heart rate can be", async () => {
    expect(await readAgain(gpx, "run.gpx")).toEqual({
      samples: [
        [0, 120],
        [5, 122],
      ],
      trouble: "One heart rate was left out: it does not lie between 30 and 230.",
    });
  });

  test("begins another segment after a hole, and tells the songs", () => {
    expect(gpx.split("<trkseg>")).toHaveLength(3);
    expect(gpx).toContain("<desc>0:00 Rock &amp; Roll, Me</desc>");
  });
});

describe("a workout as FIT", () => {
  const fit = fitOf(summary, SAMPLES.slice(0, 2));

  test("is an activity as another reader understands it", async () => {
    const told = await new FitParser({ force: false }).parseAsync(fit.buffer);
    expect(told.file_ids?.[0]).toMatchObject({ type: "activity" });
    expect(told.records?.map(({ heart_rate }) => heart_rate)).toEqual([120, 122]);
    expect(told.sessions?.[0]).toMatchObject({ total_elapsed_time: 60, max_heart_rate: 254 });
    expect(told.laps).toHaveLength(1);
  });

  test("of a past workout begins and ends as that did, and not with what was measured", async () => {
    const past = pastSongs([play(0, { starts_at_ms: SESSION + 20_000, line: [[5, 120], [20, 125]] })]);
    const figures = figuresOf(past);
    if (!figures) throw new Error("There are no figures.");
    const bytes = fitOf(figures, samplesOfPlays(past.plays));
    const told = await new FitParser({ force: false }).parseAsync(bytes.buffer);
    const [session, { ends_at_ms }] = [told.sessions?.[0], past.workout];
    expect(Number(session?.start_time)).toBe(SESSION);
    expect(Number(session?.timestamp)).toBe(ends_at_ms);
    expect(session?.total_elapsed_time).toBe((ends_at_ms - SESSION) / 1000);
    expect(told.events?.map(({ timestamp }) => Number(timestamp))).toEqual([SESSION, ends_at_ms]);
  });

  test("is read again as what it was", async () => {
    const { samples } = await readAgain(fit, "run.fit");
    expect(samples).toEqual([
      [0, 120],
      [5, 122],
    ]);
  });
});

test("past workouts as JSON are what the server told, and when they were taken along", () => {
  const past = pastSongs([play(0)]);
  expect(JSON.parse(jsonOf([past], NOW))).toEqual({
    format: "tempofit-workouts",
    version: 1,
    exported_at: new Date(NOW).toISOString(),
    workouts: [{ workout: past.workout, plays: past.plays }],
  });
});
