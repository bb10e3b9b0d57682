import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";

import { intakeSentence, takeIn } from "../src/ownSongs/intake";
import { type Ears, idOf, readSong } from "../src/ownSongs/reading";
import { Shelf, boardsOf } from "../src/ownSongs/shelf";
import { tagsOf } from "../src/ownSongs/tags";
import { id3, mp3, wav } from "./music";

const SOUND = { beats: [0.5, 1], begins: 0.1, ends: 199, loudness: -12, peak: 0.9 };
const EARS: Ears = {
  tagsOf,
  playableSeconds: () => Promise.resolve(200),
  hearFile: () => Promise.resolve({ beat: { tempo: 127.96, confidence: 0.9, other: null }, sound: SOUND }),
};
/** A browser that plays nothing but WAV files. */
const WAV_ONLY: Ears = {
  ...EARS,
  playableSeconds: async (file) => {
    if (!(await file.slice(0, 4).text()).startsWith("RIFF")) throw new Error("It does not play.");
    return 60;
  },
};

const ALWAYS = new AbortController().signal;

function named(name: string, content: Blob): File {
  return new File([content], name);
}

describe("a file's tags", () => {
  test("are read from ID3v2 in front of an MP3", async () => {
    const tags = { TIT2: "Uphill", TPE1: "The Legs", TBPM: "171", TCON: "Rock" };
    expect(await tagsOf(mp3(id3(tags), 60))).toMatchObject({
      title: "Uphill",
      artist: "The Legs",
      tempo: 171,
      genre: "Rock",
    });
  });

  test("are read from the list of a WAV, with its length", async () => {
    expect(await tagsOf(wav(60, { INAM: "Downhill", IART: "The Legs" }))).toEqual({
      title: "Downhill",
      artist: "The Legs",
      genre: null,
      tempo: null,
      duration_seconds: 60,
    });
  });

  test.each([
    ["128.00", 128],
    ["127,5", 127.5],
    ["128 BPM", 128],
    ["12593", 125.93],
    ["1352", 135.2],
    ["126-130", 128],
    ["142", 142],
  ])("say a tempo where it reads %j", async (written, tempo) => {
    const tags = await tagsOf(mp3(id3({ TIT2: "Uphill", TBPM: written }), 60));
    expect(tags.tempo).toBe(tempo);
  });

  test.each(["0", "0 Bpm", "fast", "", "999"])("say no tempo where it reads %j", async (tempo) => {
    expect((await tagsOf(mp3(id3({ TIT2: "Uphill", TBPM: tempo }), 60))).tempo).toBeNull();
  });

  test("are none where no parser knows the file", async () => {
    const { title, duration_seconds } = await tagsOf(new Blob(["Milk, bread and a new strap."]));
    expect([title, duration_seconds]).toEqual([null, null]);
  });
});

describe("a song", () => {
  test("takes its tempo from the tag", async () => {
    const file = named("one.mp3", mp3(id3({ TIT2: "Uphill", TPE1: "The Legs", TBPM: "171" }), 60));
    expect(await readSong("f-1", file, EARS, ALWAYS)).toEqual({
      id: "f-1",
      title: "Uphill",
      artist: "The Legs",
      tempo: 171,
      duration_seconds: expect.closeTo(60, 0) as number,
      genre: null,
      tempo_from: "tag",
      other_tempo: null,
      sound: SOUND,
      in_library: false,
    });
  });

  test("is listened to where no tag says its tempo, and called as its file is", async () => {
    const song = await readSong("f-1", named("The Legs - Uphill.wav", wav(60)), EARS, ALWAYS);
    expect(song.title).toBe("Uphill");
    expect(song.artist).toBe("The Legs");
    expect([song.tempo, song.tempo_from]).toEqual([128, "detected"]);
  });

  test("is listened to where the tag's tempo cannot be one", async () => {
    const file = named("one.mp3", mp3(id3({ TIT2: "Uphill", TBPM: "999" }), 60));
    expect((await readSong("f-1", file, EARS, ALWAYS)).tempo_from).toBe("detected");
  });

  test.each([
    ["01 - The Legs - Uphill.wav", "Uphill", "The Legs"],
    ["The_Legs_-_Uphill.wav", "Uphill", "The Legs"],
    ["07 Uphill.wav", "Uphill", "Unknown artist"],
    ["99 Luftballons.wav", "99 Luftballons", "Unknown artist"],
  ])("without tags is what %s says", async (name, title, artist) => {
    const song = await readSong("f-1", named(name, wav(60)), EARS, ALWAYS);
    expect([song.title, song.artist]).toEqual([title, artist]);
  });

  test("has another tempo where the detector is not sure", async () => {
    const beat = { tempo: 87, confidence: 0.6, other: 174 };
    const ears = { ...EARS, hearFile: () => Promise.resolve({ beat, sound: SOUND }) };
    const song = await readSong("f-1", named("one.wav", wav(60)), ears, ALWAYS);
    expect([song.tempo, song.other_tempo]).toEqual([87, 174]);
  });

  test("has what was heard in it, also where a tag says its tempo; none where nobody could listen", async () => {
    const file = named("one.mp3", mp3(id3({ TBPM: "171" }), 60));
    expect(await readSong("f-1", file, EARS, ALWAYS)).toMatchObject({ tempo: 171, tempo_from: "tag", sound: SOUND });
    const deaf = { ...EARS, hearFile: () => Promise.reject(new Error("It does not decode.")) };
    expect(await readSong("f-1", file, deaf, ALWAYS)).toMatchObject({ tempo: 171, sound: null });
  });

  test("has no more letters than the server takes", async () => {
    const file = named("one.wav", wav(60, { INAM: "🎵".repeat(300) }));
    expect(Array.from((await readSong("f-1", file, EARS, ALWAYS)).title)).toHaveLength(200);
  });

  test.each([
    ["12 seconds", 12, "short.wav is 12 seconds long. Songs here last from 45 seconds to 15 minutes."],
    ["20 minutes", 1200, "short.wav is 20 minutes long. Songs here last from 45 seconds to 15 minutes."],
  ])("is not one of %s", async (_, seconds, sentence) => {
    const read = readSong("f-1", named("short.wav", wav(seconds)), EARS, ALWAYS);
    await expect(read).rejects.toThrow(sentence);
  });

  test("is none where the file is empty", async () => {
    const read = readSong("f-1", named("b.mp3", new Blob([])), EARS, ALWAYS);
    await expect(read).rejects.toThrow("b.mp3 is empty.");
  });

  test("is none where the browser does not play it, or no beat is found", async () => {
    const notes = named("notes.txt", new Blob(["Milk, bread and a new strap."]));
    await expect(readSong("f-1", notes, WAV_ONLY, ALWAYS)).rejects.toThrow(
      "notes.txt is no music that this browser can read.",
    );
    const deaf = { ...EARS, hearFile: () => Promise.resolve({ beat: null, sound: SOUND }) };
    await expect(readSong("f-1", named("hum.wav", wav(60)), deaf, ALWAYS)).rejects.toThrow(
      "In hum.wav no beat was found",
    );
  });
});

describe("a file's identity", () => {
  test("is the same under another name, and another one for another content", async () => {
    const one = wav(60);
    expect(await idOf(named("a.wav", one))).toBe(await idOf(named("b.wav", one)));
    expect(await idOf(one)).not.toBe(await idOf(wav(61)));
    expect(await idOf(one)).not.toBe(await idOf(wav(60, { INAM: "Downhill" })));
    expect(await idOf(one)).toMatch(/^f-[0-9a-f]{64}$/);
  });

  test("is there for the smallest file", async () => {
    expect(await idOf(new Blob([]))).toMatch(/^f-/);
  });
});

describe("files that were picked", () => {
  const FILES = [
    named("one.wav", wav(60)),
    named("notes.txt", new Blob(["Milk, bread and a new strap."])),
    named("two.wav", wav(70)),
  ];

  test("are read one after the other; one that is no music does not stop the rest", async () => {
    const shelf = new Shelf(boardsOf("intake-1"));
    const steps: string[] = [];
    const done = await takeIn(FILES, shelf, WAV_ONLY, new AbortController().signal, (step) =>
      steps.push(`${step.done} of ${step.total}`),
    );
    expect(steps).toEqual(["0 of 3", "1 of 3", "2 of 3"]);
    expect(done.sentences).toEqual(["notes.txt is no music that this browser can read."]);
    expect(shelf.songs().map(({ title }) => title)).toEqual(["one", "two"]);
    expect(intakeSentence(done)).toBe("2 songs are new.");
  });

  test("change nothing when they are picked again", async () => {
    const shelf = new Shelf(boardsOf("intake-2"));
    const cancel = new AbortController().signal;
    await takeIn(FILES, shelf, WAV_ONLY, cancel, () => undefined);
    const before = shelf.songs();
    const again = await takeIn(FILES, shelf, WAV_ONLY, cancel, () => undefined);
    expect(shelf.songs()).toBe(before);
    expect(intakeSentence(again)).toBe("No song is new. 2 songs were here already.");
  });

  test("are left where they are when the reading is stopped; what was read stays", async () => {
    const shelf = new Shelf(boardsOf("intake-3"));
    const stop = new AbortController();
    const done = await takeIn(FILES, shelf, WAV_ONLY, stop.signal, ({ done }) => {
      if (done === 1) stop.abort();
    });
    expect(intakeSentence(done)).toBe("Stopped after 1 of 3 files. 1 song is new.");
    expect(shelf.songs()).toHaveLength(1);
  });

  test("are left in the middle of one when the reading is stopped there", async () => {
    const shelf = new Shelf(boardsOf("intake-5"));
    const stop = new AbortController();
    const endless = () => {
      stop.abort();
      return new Promise<never>(() => undefined);
    };
    const ears = { ...WAV_ONLY, hearFile: endless };
    const done = await takeIn(FILES, shelf, ears, stop.signal, () => undefined);
    expect(intakeSentence(done)).toBe("Stopped after 0 of 3 files. No song is new.");
    expect(done.sentences).toEqual([]);
    expect(shelf.songs()).toEqual([]);
  });

  test("may be none", async () => {
    const done = await takeIn([], new Shelf(boardsOf("intake-4")), EARS, new AbortController().signal, () => undefined);
    expect(intakeSentence(done)).toBe("There are no files in what you chose.");
  });
});
