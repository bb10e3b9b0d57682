import { describe, expect, test } from "vitest";

import { type Felt, cadenceOf, feel } from "../src/steps/detector";
import { NOTHING_TOLD, heardCadence, isDue, told } from "../src/steps/telling";

/** Numbers between -1 and 1 that are the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state / 2_147_483_648) * 2 - 1;
  };
}

interface Body {
  /** How far a step throws the phone, and how far every other one swings it, m/s². */
  readonly step: number;
  readonly swing: number;
  readonly impact?: number;
}

/** Where a phone may be, for who walks and for who runs. */
const PLACES: Readonly<Record<string, { readonly walk: Body; readonly run: Body }>> = {
  "at the waist": { walk: { step: 2, swing: 0.3 }, run: { step: 8, swing: 1 } },
  "in a pocket": { walk: { step: 1.6, swing: 1.4, impact: 0.7 }, run: { step: 7, swing: 5, impact: 2 } },
  "in a hand": { walk: { step: 0.9, swing: 1.8 }, run: { step: 5, swing: 9 } },
};
/** More steps a minute than this are run. */
const WALKED = 140;

interface Made {
  readonly seconds?: number;
  readonly hertz?: number;
  readonly noise?: number;
  readonly seed?: number;
}

/** What a phone feels of so many steps a minute; no step is quite as long as the other. */
function signal(cadence: number, body: Body, { seconds = 12, hertz = 60, noise: loud = 0.5, seed = 7 }: Made = {}): readonly Felt[] {
  const next = noise(seed);
  let [phase, wander] = [next() * Math.PI, 0];
  return Array.from({ length: seconds * hertz }, (_, index) => {
    wander = wander * 0.99 + next() * 0.002;
    phase += ((2 * Math.PI * cadence) / 60 / hertz) * (1 + wander);
    const length =
      9.81 +
      body.step * Math.sin(phase) +
      body.swing * Math.sin(phase / 2 + 0.4) +
      (body.impact ?? 0) * Math.sin(2 * phase + 1) +
      loud * next();
    return { at_ms: 1_000 + (index * 1000) / hertz + next() * 3, length };
  });
}

function measured(felt: readonly Felt[]): number | null {
  let held: readonly Felt[] = [];
  for (const each of felt) held = feel(held, each);
  return cadenceOf(held);
}

describe.each(Object.entries(PLACES))("a phone %s", (_, { walk, run }) => {
  test.each(Array.from({ length: 12 }, (_, index) => 80 + index * 10))("counts %i steps a minute", (cadence) => {
    const body = cadence <= WALKED ? walk : run;
    for (const seed of [7, 70, 700]) {
      const found = measured(signal(cadence, body, { seed }));
      expect(found).not.toBeNull();
      expect(Math.abs((found ?? 0) - cadence)).toBeLessThanOrEqual(3);
    }
  });

  test("counts with a slow sensor, and with much noise", () => {
    expect(Math.abs((measured(signal(172, run, { hertz: 20, noise: 3 })) ?? 0) - 172)).toBeLessThanOrEqual(3);
    expect(Math.abs((measured(signal(112, walk, { hertz: 20, noise: 1 })) ?? 0) - 112)).toBeLessThanOrEqual(3);
  });
});

describe("no steps are counted", () => {
  const pocket = PLACES["in a pocket"]?.run ?? { step: 1, swing: 1 };

  test("before some seconds were felt", () => {
    expect(measured(signal(170, pocket, { seconds: 5 }))).toBeNull();
    expect(cadenceOf([])).toBeNull();
  });

  test("of a phone that lies on a table", () => {
    expect(measured(signal(100, { step: 0, swing: 0 }, { noise: 0.2 }))).toBeNull();
  });

  test("of a phone that is only shaken about", () => {
    expect(measured(signal(100, { step: 0, swing: 0 }, { noise: 9 }))).toBeNull();
  });

  test("over a silence of the sensor", () => {
    const felt = signal(170, pocket);
    const late = felt.map(({ at_ms, length }, index) => ({ at_ms: at_ms + (index > 600 ? 5_000 : 0), length }));
    expect(measured(late)).toBeNull();
  });
});

test("a change of pace is followed within a window", () => {
  const before = signal(160, { step: 7, swing: 5 });
  const [last] = before.slice(-1);
  const after = signal(178, { step: 7, swing: 5 }).map((each) => ({ ...each, at_ms: each.at_ms + (last?.at_ms ?? 0) }));
  expect(Math.abs((measured([...before, ...after]) ?? 0) - 178)).toBeLessThanOrEqual(3);
});

describe("the server is told a cadence", () => {
  /** What is told of a cadence at each second. */
  function toldOf(cadences: readonly (number | null)[]): readonly (readonly [second: number, cadence: number])[] {
    let telling = NOTHING_TOLD;
    const sent: (readonly [number, number])[] = [];
    for (const [second, cadence] of cadences.entries()) {
      telling = heardCadence(telling, cadence, second * 1000);
      if (cadence === null || !isDue(telling, second * 1000)) continue;
      sent.push([second, cadence]);
      telling = told(cadence, second * 1000);
    }
    return sent;
  }
  const steady = (cadence: number | null, seconds: number) => Array<number | null>(seconds).fill(cadence);

  test("at once when there is one, and not again while it stays", () => {
    expect(toldOf([...steady(null, 5), ...steady(160, 100), ...steady(163, 100)])).toEqual([[5, 160]]);
  });

  test("when it is another by more than 3 % for ten seconds", () => {
    expect(toldOf([...steady(160, 60), ...steady(170, 60)])).toEqual([[0, 160], [70, 170]]);
    expect(toldOf([...steady(160, 60), ...steady(170, 9), ...steady(160, 60)])).toEqual([[0, 160]]);
  });

  test("at most once in thirty seconds", () => {
    const restless = Array.from({ length: 300 }, (_, second) => 150 + second);
    const seconds = toldOf(restless).map(([second]) => second);
    expect(seconds.length).toBeGreaterThan(5);
    expect(Math.min(...seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0)))).toBeGreaterThanOrEqual(30);
  });

  test("as it was, while somebody stands", () => {
    expect(toldOf([...steady(160, 20), ...steady(null, 300), ...steady(160, 20)])).toEqual([[0, 160]]);
  });
});
