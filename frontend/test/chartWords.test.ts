import { expect, test } from "vitest";

import { description } from "../src/views/chart/words";
import type { Band, Columns } from "../src/workout/line";
import { SESSION, songPush } from "./helpers";

const SONG: Band = { push: songPush(0), from_ms: 0, to_ms: 1, left: 0, width: 1 };

function words(heart_rates: (number | null)[], seconds: number, songs: readonly Band[] = [SONG, SONG]) {
  const shown: Columns = [heart_rates.map((_, index) => index), heart_rates, heart_rates];
  return description({ shown, songs, stretch: { from_ms: SESSION, to_ms: SESSION + seconds * 1000 } });
}

test("the chart says what lies between which heart rates, and how long it is", () => {
  expect(words([120.4, null, 151], 480)).toBe("Heart rate between 120 and 151 over 8 minutes, 2 songs.");
  expect(words([120], 3723, [SONG])).toBe("Heart rate between 120 and 120 over 62 minutes, 1 song.");
  expect(words([120], 45)).toContain("over 45 seconds,");
});

test.each([[[]], [[null]]])("the chart has a sentence for no heart rate: %j", (heart_rates) => {
  expect(words(heart_rates, 480)).toBe("No heart rate is known in these 8 minutes, 2 songs.");
});
