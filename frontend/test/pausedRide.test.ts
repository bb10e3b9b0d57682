import { afterEach, expect, test, vi } from "vitest";

import { readRecording } from "../src/heart/recording";
import { Replay } from "../src/heart/replay";
import type { SourceStatus } from "../src/heart/source";
import type { Sample } from "../src/wire/messages";
import { runningAverage } from "../src/workout/average";
import { NOW } from "./helpers";
import * as made from "./recordings";

afterEach(() => {
  vi.useRealTimers();
});

/** Three laps of a minute: ten minutes of pause after the first, no heart in the second. */
const SECONDS = [0, 660, 720].flatMap((begins) => Array.from({ length: 60 }, (_, second) => begins + second));
const heartRateAt = (second: number) => (second < 60 ? 120 : 150) + (second % 10);

function ride(): File {
  const point = (second: number) =>
    `<Trackpoint><Time>${made.timeAt(second)}</Time>` +
    `${second >= 660 && second < 720 ? "" : `<HeartRateBpm><Value>${heartRateAt(second)}</Value></HeartRateBpm>`}</Trackpoint>`;
  const laps = [0, 60, 120].map((place) => {
    const [begins = 0] = SECONDS.slice(place);
    const points = SECONDS.slice(place, place + 60).map(point).join("\n");
    return `<Lap StartTime="${made.timeAt(begins)}"><Track>\n${points}\n</Track></Lap>`;
  });
  const text = `<TrainingCenterDatabase><Activities><Activity Sport="Running">${laps.join("")}</Activity></Activities></TrainingCenterDatabase>`;
  return new File([made.text(text)], "ride.tcx");
}

test("a pause and a lap without a heart leave every heart rate in its place, and are said, and in no average", async () => {
  const recording = await readRecording(ride(), () => Promise.resolve(0));
  const heard = SECONDS.filter((second) => second < 60 || second >= 720);
  expect(recording.samples).toEqual(heard.map((second) => [second, heartRateAt(second)]));
  expect(recording.trouble).toBe("");

  vi.useFakeTimers({ now: NOW });
  const statuses: SourceStatus[] = [];
  const samples: Sample[] = [];
  const replay = new Replay(recording, 10, 0, {
    onStatus: (status) => statuses.push(status),
    onHeartRate: (heart_rate, moment) => samples.push([moment?.at_ms ?? NaN, heart_rate]),
  });
  vi.advanceTimersByTime(7_000);
  expect(samples).toHaveLength(60);
  expect(statuses.at(-1)?.sentence).toBe("Playing ride.tcx. The recording pauses here for 11:01, until 12:00.");
  expect(statuses.at(-1)).toMatchObject({ progress: { paused_until_seconds: 720 } });
  vi.advanceTimersByTime(64_000);
  expect(samples).toHaveLength(60);
  vi.advanceTimersByTime(2_000);
  expect(statuses.at(-1)?.sentence).toBe("Playing ride.tcx.");
  const [first_ms = 0] = samples[0] ?? [];
  const places = samples.map(([at_ms]) => Math.round((at_ms - first_ms) / 1000));
  expect(places).toEqual(heard.slice(0, places.length));
  expect(samples.length).toBeGreaterThan(65);
  expect(runningAverage(samples.slice(0, 61), 300_000)).toBe(150);
  expect(runningAverage(samples, 300_000)).toBeGreaterThan(149);
  replay.stop();
});
