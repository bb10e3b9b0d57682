import { describe, expect, test } from "vitest";

import { decode } from "../src/wire/decode";
import {
  change,
  floorQuery,
  heartRates,
  ownSongs,
  rate,
  skip,
  start,
  workoutQuery,
} from "../src/wire/messages";
import { named } from "../src/wire/named";
import { SETTINGS, example, refusal } from "./helpers";

describe("outgoing messages are those of the contract", () => {
  test.each([
    ["heartrate", heartRates([[1760000040000, 121], [1760000041000, 122.5]])],
    ["skip", named(skip(0, 1760000100000.4), "42")],
    ["floor_query", floorQuery("north-gym")],
    [
      "own_songs",
      ownSongs(
        [
          {
            id: "f-3b1c",
            title: "Northern Lights",
            artist: "Aurora Lane",
            tempo: 128,
            duration_seconds: 215.4,
            genre: "electronic",
          },
        ],
        ["f-77aa"],
      ),
    ],
    [
      "start",
      named(
        start(1760000040000, {
          ...SETTINGS,
          mode: "zone",
          resting_heart_rate: 55,
          max_heart_rate: 186,
        }),
        "1",
      ),
    ],
    [
      "change",
      change({
        ...SETTINGS,
        mode: "plan",
        plan: [
          { seconds: 600, zone: 2 },
          { seconds: 240, zone: 5 },
        ],
        responsive: true,
        genres: ["rock"],
        floor: "north-gym",
        alias: "Kim",
      }),
    ],
    ["rate", rate("d-0042", { liked: true, tempo: 242.8 })],
  ])("%s", (name, message) => {
    expect(message).toEqual(JSON.parse(example(name)));
  });

  test("the first question names no time, and only a coach's an athlete", () => {
    expect(workoutQuery()).toEqual({ action: "workout" });
    const asked = JSON.parse(example("workout_query")) as object;
    expect({ ...workoutQuery(1760000040000), athlete: null }).toEqual(asked);
    expect(workoutQuery(undefined, "kim")).toEqual({ action: "workout", athlete: "kim" });
  });

  test("have ids that the contract takes, each another, unless the same is asked again", () => {
    const [first, second] = [named(workoutQuery()), named(workoutQuery())];
    expect(first.id).toMatch(/^.{1,64}$/);
    expect(second.id).not.toBe(first.id);
    expect(named(workoutQuery(), first.id)).toEqual(first);
  });

  test("a session with default settings names none", () => {
    expect(start(5)).toEqual({ action: "start", at_ms: 5 });
  });
});

describe("incoming messages", () => {
  test.each([
    "song",
    "started",
    "changed",
    "rated",
    "skipped",
    "workout",
    "error",
  ])(
    "the contract's example of %s is understood",
    (name) => {
      expect(decode(example(name)).type).toBe(name);
    },
  );

  test("what a coach and an owner of songs are told is understood whole", () => {
    const view = JSON.parse(example("floor_view")) as { people: { latest: object }[] };
    const latest = { at_ms: 1760000041000, heart_rate: 142, average: 139.5 };
    const people = view.people.map((person) => ({ ...person, latest }));
    expect(decode(example("floor_view"))).toEqual({ ...view, people });
    expect(decode(example("own_songs_kept"))).toEqual(JSON.parse(example("own_songs_kept")));
  });

  test("points of a workout become named values", () => {
    expect(decode(example("workout"))).toMatchObject({
      latest: { at_ms: 1760000041000, heart_rate: 122.5, average: 121.75 },
      settings: { ...SETTINGS, mode: "zone", resting_heart_rate: 55, max_heart_rate: 186 },
    });
  });

  test("settings come back whole, as they would be sent", () => {
    const told = decode(example("changed"));
    expect(told).toEqual(JSON.parse(example("changed")));
    if (told.type !== "changed") throw new Error(told.type);
    expect(change(told.settings)).toEqual(JSON.parse(example("change")));
  });

  test("a song comes with how it may be bent, why it was chosen and what is thought of it", () => {
    expect(decode(example("song"))).toMatchObject({
      tempo_range: [116.544, 126.256],
      opinion: { liked: true, tempo: null },
      why: { tempo: 121.4, octave: 1 },
    });
  });

  test("an answer says what it answers, and what is pushed says nothing of the kind", () => {
    expect(decode(example("started"))).toMatchObject({ id: "1" });
    expect(decode(example("changed"))).not.toHaveProperty("id");
  });

  test("a refusal of the gateway, which has no type, is understood", () => {
    expect(decode('{"message":"Bad request body","connectionId":"a","requestId":"b"}')).toEqual({
      type: "refused",
      message: "Bad request body",
    });
  });

  test.each([
    ["no JSON", "heart rate 120", "not JSON"],
    ["a list", "[1]", "not an object"],
    ["an unknown type", '{"type":"dance"}', 'unknown type "dance"'],
    ["a person without a name", example("floor_view").replace('"user"', '"who"'), '"user"'],
    ["a song without a tempo", example("song").replace('"tempo"', '"pace"'), '"tempo"'],
    ["a range of one tempo", example("song").replace("116.544,", ""), '"tempo_range"'],
    ["a like that is neither", example("song").replace('"liked":true', '"liked":1'), '"liked"'],
    ["a mode of tomorrow", example("changed").replace('"plan"', '"dance"'), '"dance"'],
    ["settings without a lock", example("changed").replace('"lock"', '"key"'), '"lock"'],
    ["a title that is no text", example("song").replace('"Northern Lights"', "7"), '"title"'],
    ["songs that are no list", example("workout").replace('"songs":[]', '"songs":{}'), '"songs"'],
    ["a point without an average", example("workout").replace(",121.75", ""), "122.5]"],
    ["a text as heart rate", example("workout").replaceAll("122.5", '"high"'), '"high"'],
  ])("%s is refused with a sentence", (_, text, named) => {
    expect(refusal(text)).toMatch(/^.+\.$/);
    expect(refusal(text)).toContain(named);
  });
});
