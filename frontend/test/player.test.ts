import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { fadeCurve } from "../src/music/fade";
import { heardNow, heardTempo } from "../src/workout/heard";
import type { SongPush } from "../src/wire/messages";
import { LOOKAHEAD_SECONDS, Player } from "../src/music/player";
import { FakeAudio } from "./audio";
import { SESSION, SETTINGS, point, songPush } from "./helpers";

/** Felt at 120 and at 121 beats a minute. */
const FIRST = songPush(0);
const SECOND = songPush(1);
const FRAME_MS = 50;
const SKETCHED = { zone: 3, recording: null } as const;

let audio: FakeAudio;
let player: Player;

beforeEach(() => {
  vi.useFakeTimers();
  audio = new FakeAudio();
  player = new Player(audio.context);
});

afterEach(() => {
  player.close();
  vi.useRealTimers();
});

/** Lets `seconds` pass for the page; for the audio clock too, unless it is suspended. */
function pass(seconds: number): void {
  for (let ms = 0; ms < seconds * 1000; ms += FRAME_MS) {
    if (audio.state === "running") audio.currentTime += FRAME_MS / 1000;
    vi.advanceTimersByTime(FRAME_MS);
  }
}

/** `push` at `seconds` of its time, as fast as it is. */
function cue(push: SongPush, seconds: number, tempo = push.why.tempo) {
  return { push, tempo, at_ms: push.starts_at_ms + seconds * 1000, ...SKETCHED };
}

function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? NaN));
}

describe("the beat", () => {
  test("falls at the felt tempo, each beat once, and never late", () => {
    player.follow(cue(FIRST, 0));
    pass(30);
    expect(audio.kicks.length).toBeGreaterThanOrEqual(60);
    for (const gap of gaps(audio.kicks)) expect(gap).toBeCloseTo(0.5, 9);
    for (const { at, told_at } of audio.starts) expect(at).toBeGreaterThanOrEqual(told_at);
  });

  test("is felt at double where the song counts double", () => {
    const slow = songPush(0, { why: { ...FIRST.why, tempo: 80, octave: 2 } });
    player.follow(cue(slow, 0, 160));
    pass(5);
    for (const gap of gaps(audio.kicks)) expect(gap).toBeCloseTo(60 / 160, 9);
  });

  test("starts where the song stands by the page's clock", () => {
    player.follow(cue(FIRST, 100.2)); // beat 200.4: the next one is 0.6 of half a second away
    expect((audio.kicks[0] ?? NaN) - audio.currentTime).toBeCloseTo(0.05 + 0.3, 9);
    const fresh = new FakeAudio();
    new Player(fresh.context).follow(cue(FIRST, 0));
    expect((fresh.kicks[0] ?? NaN) - fresh.currentTime).toBeCloseTo(0.05, 9);
  });

  test("follows a bend, from beat to beat, without a gap or a beat too many", () => {
    const listening = { settings: SETTINGS, latest: point(0, 200) };
    let heard = heardNow({ ...listening, heard: null }, FIRST, SESSION);
    for (let second = 0; second < 30; second += 1) {
      heard = heardNow({ ...listening, heard }, FIRST, SESSION + second * 1000);
      player.follow({ push: FIRST, tempo: heardTempo(FIRST, heard), at_ms: heard.at_ms, ...SKETCHED });
      pass(1);
    }
    const beats = gaps(audio.kicks);
    expect(beats[0]).toBeCloseTo(60 / 120, 9);
    expect(beats.at(-1)).toBeCloseTo(60 / (120 * 1.04), 9);
    for (const [index, gap] of gaps(beats).entries()) {
      expect(gap, `beat ${index}`).toBeLessThan(1e-9);
      expect(Math.abs(gap), `beat ${index}`).toBeLessThan(0.5 * 0.005);
    }
  });

  test("goes on through timers that come but once a second", () => {
    player.follow(cue(FIRST, 0));
    for (let second = 0; second < 10; second += 1) {
      audio.currentTime += 1;
      vi.advanceTimersToNextTimer();
    }
    expect(LOOKAHEAD_SECONDS).toBeGreaterThan(1);
    for (const gap of gaps(audio.kicks)) expect(gap).toBeCloseTo(0.5, 9);
  });

  test("leaves out what is late after the page slept, and keeps to the beat", () => {
    player.follow(cue(FIRST, 0));
    const first = audio.kicks[0] ?? NaN;
    audio.currentTime += 60;
    pass(2);
    for (const { at, told_at } of audio.starts) expect(at).toBeGreaterThanOrEqual(told_at);
    const later = audio.kicks.find((at) => at > 60) ?? NaN;
    expect(((later - first) * 2) % 1).toBeCloseTo(0, 6);
  });
});

describe("from one song to the next", () => {
  /** Of the decks: all gains with a curve, in the order of their making. */
  const fades = () => audio.gains.flatMap(({ gain }) => gain.curves);
  /** When kicks sound, each moment once. */
  const moments = () => [...new Set(audio.kicks.map((at) => Math.round(at * 1e6) / 1e6))].sort((a, b) => a - b);
  /** The old song's first bar, 120 beats a minute. */
  const downbeats = () => {
    const [first = NaN] = audio.kicks;
    return (at: number) => Math.abs(((at - first) / 2) % 1) < 1e-6 || Math.abs((((at - first) / 2) % 1) - 1) < 1e-6;
  };

  test("the next one comes in on a downbeat, fades in for a bar, and the old one then goes within a beat", () => {
    player.follow(cue(FIRST, 0));
    pass(5.3);
    const now = audio.currentTime;
    player.follow(cue(SECOND, 0));
    const [, out, into] = fades();
    expect(downbeats()(into?.at ?? NaN)).toBe(true);
    expect((into?.at ?? NaN) - now).toBeGreaterThan(0);
    expect((into?.at ?? NaN) - now).toBeLessThanOrEqual(2.05);
    expect(into?.seconds).toBeCloseTo(2, 9);
    expect(out?.at).toBeCloseTo((into?.at ?? NaN) + 2, 9);
    expect(out?.seconds).toBeCloseTo(0.5, 9);
    expect([out?.values.at(0), into?.values.at(0), into?.values.at(-1)]).toEqual([1, 0, 1]);
  });

  test("both beat as one for that bar, then the next comes to its own tempo in four beats", () => {
    player.follow(cue(FIRST, 0));
    pass(5.3);
    const fast = songPush(1, { why: { ...SECOND.why, tempo: 150 } });
    for (let second = 0; second < 10; second += 1) {
      player.follow(cue(fast, second));
      pass(1);
    }
    const lengths = gaps(moments());
    const changed = lengths.findIndex((gap) => gap < 0.5 - 1e-5);
    for (const gap of lengths.slice(0, changed)) expect(gap).toBeCloseTo(0.5, 5);
    const ramp = lengths.slice(changed, changed + 3);
    expect(ramp.every((gap, index) => gap < (ramp[index - 1] ?? 0.5) && gap > 0.4)).toBe(true);
    for (const gap of lengths.slice(changed + 3)) expect(gap).toBeCloseTo(0.4, 5);
  });

  test("the bass is swapped on the one", () => {
    player.follow(cue(FIRST, 0));
    pass(5.3);
    player.follow(cue(SECOND, 0));
    const [, out] = fades();
    const swaps = audio.filters.flatMap(({ gain }) => gain.moments);
    expect(swaps).toHaveLength(2);
    for (const at of swaps) expect(at).toBeCloseTo(out?.at ?? NaN, 9);
  });

  test("the power stays the same all through a fade", () => {
    const [into, out] = [fadeCurve("in"), fadeCurve("out")];
    into.forEach((gain, index) => {
      expect(gain ** 2 + (out[index] ?? NaN) ** 2).toBeCloseTo(1, 5);
    });
  });

  test("the old song's beats end with its fade, and it is taken off the output", () => {
    player.follow(cue(FIRST, 100));
    pass(3);
    player.follow(cue(SECOND, 0));
    pass(12);
    const alone = audio.kicks.filter((at) => at > audio.currentTime - 5);
    expect(new Set(alone).size).toBe(alone.length);
    for (const gap of gaps(alone)) expect(gap).toBeCloseTo(60 / 121, 9);
    const [old] = audio.gains.filter(({ gain }) => gain.curves[0]?.values[0] === 1);
    expect(old?.context.currentTime).toBe(audio.currentTime);
    expect(audio.gains.filter(({ outputs }) => outputs.includes(audio.gains[0] as never)).length).toBe(1);
  });

  test("a skip in the middle of a change breaks no fade, and one song is left", () => {
    player.follow(cue(FIRST, 100));
    pass(1);
    player.follow(cue(SECOND, 0));
    pass(0.5);
    player.follow(cue(songPush(2), 0));
    pass(14);
    for (const { gain } of audio.gains) expect(gain.curves.length).toBeLessThanOrEqual(1);
    expect(fades().filter(({ values }) => values[0] === 1).length).toBe(2);
    const alone = audio.kicks.filter((at) => at > audio.currentTime - 4);
    for (const gap of gaps(alone)) expect(gap).toBeCloseTo(60 / 122, 9);
  });

  test("a pause in the middle of a change is silent soon", () => {
    player.follow(cue(FIRST, 100));
    pass(1);
    player.follow(cue(SECOND, 0));
    pass(0.5);
    player.pause();
    const told = audio.starts.length;
    pass(1);
    expect([audio.starts.length, audio.state]).toEqual([told, "suspended"]);
  });

  test("a change whose timers come but once a second keeps the beat", () => {
    player.follow(cue(FIRST, 0));
    for (let second = 0; second < 14; second += 1) {
      audio.currentTime += 1;
      player.follow(second < 5 ? cue(FIRST, second) : cue(songPush(1, { why: { ...SECOND.why, tempo: 120 } }), second - 5));
    }
    for (const gap of gaps(moments())) expect(gap).toBeCloseTo(0.5, 5);
    for (const { at, told_at } of audio.starts) expect(at).toBeGreaterThanOrEqual(told_at);
  });

  test("a song that comes late, after the silence, begins at once", () => {
    player.follow(cue(FIRST, 190));
    pass(2);
    player.end();
    pass(4);
    expect(audio.state).toBe("suspended");
    const before = audio.kicks.length;
    player.follow(cue(SECOND, 0));
    expect((audio.kicks[before] ?? NaN) - audio.currentTime).toBeCloseTo(0.05, 9);
  });
});

describe("a pause", () => {
  test("is silent soon, schedules nothing more and lets the audio device go", () => {
    player.follow(cue(FIRST, 0));
    pass(3);
    player.pause();
    const told = audio.starts.length;
    pass(1);
    expect(audio.starts.length).toBe(told);
    expect(audio.state).toBe("suspended");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("plays on where the song stands by then", () => {
    player.follow(cue(FIRST, 0));
    pass(3);
    player.pause();
    pass(10);
    const before = audio.kicks.length;
    player.follow(cue(FIRST, 13.1)); // beat 26.2
    expect(audio.state).toBe("running");
    expect((audio.kicks[before] ?? NaN) - audio.currentTime).toBeCloseTo(0.05 + 0.4, 9);
  });

  test("nothing sounds before the first cue", () => {
    pass(5);
    expect(audio.starts).toEqual([]);
    expect(audio.state).toBe("suspended");
  });
});

test("the volume is what is asked, felt about as the square", () => {
  player.setVolume(0.5);
  player.setVolume(0);
  expect(audio.gains[0]?.gain.targets).toEqual([0.25, 0]);
});

test("an audio device that was taken away is asked for again", () => {
  player.follow(cue(FIRST, 0));
  audio.state = "suspended";
  player.follow(cue(FIRST, 1));
  expect(audio.state).toBe("running");
});
