import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { SongPush } from "../src/wire/messages";
import { CROSS_FADE_SECONDS } from "../src/music/change";
import { Player } from "../src/music/player";
import type { Sound } from "../src/ownSongs/sound";
import { FakeAudio } from "./audio";
import { songPush } from "./helpers";

const FILE = new Blob(["music"]);
/** Felt at 120 beats a minute, 200 s long. */
const FIRST = songPush(0);
const SECOND = songPush(1);

/** An audio element whose clock the test moves. */
class FakeElement {
  static made: FakeElement[] = [];
  currentTime = 0;
  playbackRate = 1;
  preservesPitch = false;
  paused = true;
  ended = false;
  seeking = false;
  constructor(readonly address: string) {
    FakeElement.made.push(this);
  }
  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
}

let audio: FakeAudio;
let player: Player;
let gone: string[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Audio", FakeElement);
  FakeElement.made = [];
  gone = [];
  let made = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${(made += 1)}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((address) => gone.push(address));
  audio = new FakeAudio();
  player = new Player(audio.context);
});
afterEach(() => {
  player.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** `push` at `seconds` of its time, `rate` times as fast as it is. */
function follow(
  push: SongPush,
  seconds: number,
  rate = 1,
  file: Blob | null = FILE,
  sound: Sound | null = null,
): void {
  const at_ms = push.starts_at_ms + seconds * 1000;
  const recording = file && { file, sound };
  player.follow({ push, tempo: push.why.tempo * push.why.octave * rate, at_ms, zone: 3, recording });
}

/** What was heard in a recording whose first beat is `late`, until it ends. */
function soundOf(tempo: number, late: number, changes: Partial<Sound> = {}): Sound {
  const beats = Array.from({ length: 380 }, (_, beat) => late + (beat * 60) / tempo);
  return { beats, begins: 0, ends: 200, loudness: -16, peak: 0.9, ...changes };
}

function element(index = 0): FakeElement {
  const found = FakeElement.made[index];
  if (!found) throw new Error(`There are ${FakeElement.made.length} audio elements only.`);
  return found;
}

/** Lets `seconds` pass for the page and the audio clock; elements play on at their rate. */
function pass(seconds: number): void {
  audio.currentTime += seconds;
  for (const each of FakeElement.made) {
    if (!each.paused) each.currentTime += seconds * each.playbackRate;
  }
  vi.advanceTimersByTime(seconds * 1000);
}

describe("a recording", () => {
  test("starts where the song stands by the page's clock, and keeps its pitch", () => {
    follow(FIRST, 83);
    expect(element()).toMatchObject({ currentTime: 83, preservesPitch: true, paused: false });
    expect(audio.kicks).toEqual([]);
  });

  test("is bent as the song is heard, whatever octave it is felt in", () => {
    const doubled = songPush(0, { why: { ...FIRST.why, tempo: 60, octave: 2 } });
    follow(doubled, 0, 1.04);
    expect(element().playbackRate).toBeCloseTo(1.04, 9);
    follow(doubled, 0.25, 0.99);
    expect(element().playbackRate).toBeCloseTo(0.99, 9);
  });

  test("does not jump because it is bent, however long", () => {
    follow(FIRST, 0, 1.04);
    for (let second = 1; second <= 150; second += 1) {
      pass(1);
      follow(FIRST, second, 1.04);
    }
    expect(element().currentTime).toBeCloseTo(156, 6);
  });

  test("follows the clock where it is off by more than a second, but seldom", () => {
    follow(FIRST, 20);
    pass(12);
    follow(FIRST, 35);
    expect(element().currentTime).toBe(35);
    pass(5);
    follow(FIRST, 45);
    expect(element().currentTime).toBe(40);
    pass(6);
    follow(FIRST, 56);
    expect(element().currentTime).toBe(56);
  });

  test("does not jump every second of a replay that runs ten times as fast", () => {
    follow(FIRST, 0);
    const jumps: number[] = [];
    for (let second = 1; second <= 15; second += 1) {
      pass(1);
      const before = element().currentTime;
      follow(FIRST, second * 10);
      if (element().currentTime !== before) jumps.push(second);
    }
    expect(jumps).toEqual([10]);
  });

  test("is left alone within a second", () => {
    follow(FIRST, 20);
    pass(15);
    element().currentTime -= 0.8;
    follow(FIRST, 35);
    expect(element().currentTime).toBeCloseTo(34.2, 9);
  });

  test("goes on after something else paused it, but not after its end", () => {
    follow(FIRST, 20);
    element().pause();
    follow(FIRST, 20.25);
    expect(element().paused).toBe(false);
    Object.assign(element(), { ended: true, paused: true });
    follow(FIRST, 199);
    expect(element().paused).toBe(true);
  });
});

describe("from one recording to the next", () => {
  const fades = () => audio.gains.flatMap(({ gain }) => gain.curves);

  test("one fades out over two seconds while the other fades in, and is let go after", () => {
    follow(FIRST, 199);
    follow(SECOND, 0);
    const [, out, into] = fades();
    expect([out?.seconds, into?.seconds]).toEqual([CROSS_FADE_SECONDS, CROSS_FADE_SECONDS]);
    expect(element(0).paused).toBe(false);
    pass(3);
    follow(SECOND, 3);
    expect([element(0).paused, element(1).paused]).toEqual([true, false]);
    expect(gone).toEqual(["blob:1"]);
  });

  test("a sketch and a recording fade over as well", () => {
    follow(FIRST, 199, 1, null);
    pass(1);
    expect(audio.kicks.length).toBeGreaterThan(0);
    follow(SECOND, 0);
    expect(element().paused).toBe(false);
    expect(fades()).toHaveLength(3);
  });

  test("a recording that comes to hand late takes over from its sketch", () => {
    follow(FIRST, 10, 1, null);
    follow(FIRST, 11);
    expect(element().currentTime).toBe(11);
    follow(FIRST, 11.25);
    expect(FakeElement.made).toHaveLength(1);
  });
});

describe("recordings whose beats are known", () => {
  const OLD = soundOf(120, 0.5);

  test("change on the old one's bar: the new one's first bar is as fast, then comes to its own tempo", () => {
    follow(FIRST, 0, 1, FILE, OLD); // bars at 0.5, 2.5, 4.5 …
    const begun = audio.currentTime;
    for (let tick = 0; tick < 20; tick += 1) {
      pass(0.25);
      follow(FIRST, tick / 4, 1, FILE, OLD);
    }
    const fast = songPush(1, { why: { ...SECOND.why, tempo: 126 } });
    const sound = soundOf(126, 1.3);
    follow(fast, 0, 1, FILE, sound); // at 5 s: the next bar is at 6.5
    expect(element(1)).toMatchObject({ currentTime: 1.3, paused: true });
    pass(1.5);
    expect(element(1).paused).toBe(false);
    expect(audio.currentTime - begun).toBeCloseTo(6.5, 9);
    pass(1);
    follow(fast, 2.5, 1, FILE, sound);
    expect(element(1).playbackRate).toBeCloseTo(120 / 126, 6);
    pass(1);
    pass(1);
    follow(fast, 4.5, 1, FILE, sound);
    expect(element(1).playbackRate).toBeCloseTo((120 / 126 + 1) / 2, 6);
    pass(1);
    pass(1);
    follow(fast, 6.5, 1, FILE, sound);
    expect([element(0).paused, element(1).playbackRate]).toEqual([true, 1]);
  });

  test("are brought to the beat where the browser began late", () => {
    follow(FIRST, 0, 1, FILE, OLD);
    pass(5);
    const sound = soundOf(121, 1.3);
    follow(SECOND, 0, 1, FILE, sound);
    pass(1.5);
    element(1).currentTime -= 0.06;
    for (let tick = 0; tick < 6; tick += 1) {
      pass(0.25);
      follow(SECOND, 1.75 + tick / 4, 1, FILE, sound);
    }
    const since = audio.currentTime - 10 - 6.5;
    expect(Math.abs(element(1).currentTime - (1.3 + (since * 120) / 121))).toBeLessThan(0.02);
  });

  test("are cut on the one where their tempi are too far apart", () => {
    follow(FIRST, 0, 1, FILE, OLD);
    pass(5);
    const fast = songPush(1, { why: { ...SECOND.why, tempo: 150 } });
    follow(fast, 0, 1, FILE, soundOf(150, 1.3));
    const [, out, into] = audio.gains.flatMap(({ gain }) => gain.curves);
    expect([out?.at, into?.at]).toEqual([expect.closeTo(16.5, 9), expect.closeTo(16.5, 9)]);
    pass(1.5);
    expect(element(1)).toMatchObject({ paused: false, playbackRate: 1 });
  });

  test("keep to the felt beats where the detector's are half as many", () => {
    const doubled = songPush(0, { why: { ...FIRST.why, tempo: 60, octave: 2 } });
    follow(doubled, 0, 1, FILE, soundOf(60, 0.5));
    pass(5);
    follow(SECOND, 0, 1, null);
    pass(1);
    const { kicks } = audio;
    expect(kicks[0]).toBeCloseTo(16.5, 9);
    expect((kicks[1] ?? NaN) - (kicks[0] ?? NaN)).toBeCloseTo(0.5, 9);
  });

  test("begin after their silence", () => {
    follow(FIRST, 0, 1, FILE, soundOf(120, 3.5, { begins: 3.2 }));
    expect(element().currentTime).toBe(3.2);
    pass(12);
    follow(FIRST, 12, 1, FILE, soundOf(120, 3.5, { begins: 3.2 }));
    expect(element().currentTime).toBeCloseTo(15.2, 9); // it does not jump for that
  });

  test("are about to end while they have a bar to wait for and one to change in", () => {
    const sound = soundOf(120, 0.5, { ends: 190 });
    follow(FIRST, 180, 1, FILE, sound);
    expect(player.isEnding(0)).toBe(false);
    pass(6);
    expect([player.isEnding(0), player.isEnding(1)]).toEqual([true, false]);
  });

  test("are as loud as what was measured says", () => {
    follow(FIRST, 0, 1, FILE, soundOf(120, 0.5, { loudness: -10, peak: 1 }));
    expect(audio.gains.map(({ gain }) => gain.value)).toContainEqual(expect.closeTo(10 ** (-6 / 20), 9));
  });
});

test("a pause is silent, and the song goes on where it stands by then", () => {
  follow(FIRST, 20);
  player.pause();
  pass(1);
  expect(element().paused).toBe(true);
  expect(audio.state).toBe("suspended");
  follow(FIRST, 50);
  expect(element(1).currentTime).toBe(50);
});

test("nothing plays on when the page is left", () => {
  follow(FIRST, 20);
  player.close();
  expect(element().paused).toBe(true);
  expect(gone).toEqual(["blob:1"]);
});
