import { describe, expect, test } from "vitest";

import { decode, heartRates, skip, start, workout } from "../src/messages";
import { refusal } from "./helpers";

const EXAMPLES: Record<string, string> = import.meta.glob("../../events/examples/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

function example(name: string): string {
  const text = EXAMPLES[`../../events/examples/${name}.json`];
  if (text === undefined) throw new Error(`There is no events/examples/${name}.json.`);
  return text;
}

describe("outgoing messages are those of the contract", () => {
  test.each([
    ["heartrate", heartRates([[1760000040000, 121], [1760000041000, 122.5]])],
    ["skip", skip(0, 1760000100000.4)],
    ["watch", workout(1760000040000)],
    [
      "start",
      start(1760000040000, {
        mode: "zone",
        library: "demo",
        interval_seconds: 30,
        resting_heart_rate: 55,
        max_heart_rate: 186,
        age: 35,
      }),
    ],
  ])("%s", (name, message) => {
    expect(message).toEqual(JSON.parse(example(name)));
  });

  test("the first question names no time", () => {
    expect(workout()).toEqual({ action: "workout" });
  });

  test("a session with default settings names none", () => {
    expect(start(5)).toEqual({ action: "start", at_ms: 5 });
  });
});

describe("incoming messages", () => {
  test.each(["song", "started", "skipped", "workout", "error"])(
    "the contract's example of %s is understood",
    (name) => {
      expect(decode(example(name)).type).toBe(name);
    },
  );

  test("points of a workout become named values", () => {
    expect(decode(example("workout"))).toMatchObject({
      latest: { at_ms: 1760000041000, heart_rate: 122.5, average: 121.75 },
      interval_seconds: 30,
    });
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
    ["an unknown type", '{"type":"floor"}', 'unknown type "floor"'],
    ["a song without a tempo", example("song").replace('"tempo"', '"pace"'), '"tempo"'],
    ["a title that is no text", example("song").replace('"Northern Lights"', "7"), '"title"'],
    ["songs that are no list", example("workout").replace('"songs":[]', '"songs":{}'), '"songs"'],
    ["a point without an average", example("workout").replace(",121.75", ""), "122.5]"],
    ["a text as heart rate", example("workout").replaceAll("122.5", '"high"'), '"high"'],
  ])("%s is refused with a sentence", (_, text, named) => {
    expect(refusal(text)).toMatch(/^.+\.$/);
    expect(refusal(text)).toContain(named);
  });
});
