import "fake-indexeddb/auto";

import { get } from "idb-keyval";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ACCOUNT, boardsOf, isKept } from "../src/musicServer/kept";
import { type Entered, MusicServer } from "../src/musicServer/server";
import type { OwnSong } from "../src/wire/messages";
import type { Watch } from "../src/session/watch";
import { ADDRESS, FakeServer, PASSWORD, USER, answer, fakeSongs } from "./subsonic";

const ENTERED: Entered = { address: ADDRESS, user: USER, password: PASSWORD, key: "", keep_password: false };
const ROOM = 2_000;
const SOUND = { beats: [0.5, 1], begins: 0.1, ends: 239, loudness: -12, peak: 0.9 };
const HEARD = { file: expect.any(Blob) as Blob, sound: SOUND };

let fake: FakeServer;
let person: string;
let music: MusicServer;
let library: Map<string, OwnSong>;
/** How often the tempo of a song was detected. */
let detections: number;
const ears = {
  playableSeconds: () => Promise.resolve(240),
  hearFile: () => {
    detections += 1;
    return Promise.resolve({ beat: { tempo: 133, confidence: 0.9, other: null }, sound: SOUND });
  },
};
const sendOwnSongs: Watch["sendOwnSongs"] = (songs, remove, onTaken) => {
  for (const song of songs) library.set(song.id, song);
  for (const id of remove) library.delete(id);
  onTaken({ songs, remove });
  return Promise.resolve({ kept: songs.length, removed: remove.length });
};

beforeEach(() => {
  fake = new FakeServer();
  fake.songs = fakeSongs(3);
  person = crypto.randomUUID();
  library = new Map();
  detections = 0;
  music = opened();
});

afterEach(() => {
  music.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function opened(): MusicServer {
  const server = new MusicServer(boardsOf(person), ears);
  server.attach(sendOwnSongs);
  return server;
}

/** All that is said to the person. */
function said(): string {
  return JSON.stringify(music.standing.get());
}

test("a server is connected once: its songs are in the library, and a token is kept but no password", async () => {
  expect(await music.connect(ENTERED, ROOM)).toBe(true);
  await vi.waitFor(() => {
    expect(library.size).toBe(3);
  });
  expect(music.standing.get()).toMatchObject({ host: "music.example.com", user: USER, keeps: "token", failure: "" });
  const kept = JSON.stringify(await get(ACCOUNT, boardsOf(person).account));
  expect(kept).toContain(`"user":"${USER}"`);
  expect(kept).not.toContain(PASSWORD);
  expect(detections).toBe(0); // the server tells each tempo
});

test("no question has a secret in its address, or goes anywhere else", async () => {
  await music.connect(ENTERED, ROOM);
  for (const { place, init } of fake.asked) {
    expect(new URL(place).origin).toBe(ADDRESS);
    expect(new URL(place).search).toBe("");
    expect(init).toMatchObject({ method: "POST", redirect: "manual", credentials: "omit", referrerPolicy: "no-referrer" });
  }
});

test("a server that takes no forms is asked by address", async () => {
  fake.fault = (question) => (question === "ping" && fake.asked.at(-1)?.init.method === "POST" ? new Response("", { status: 405 }) : undefined);
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().failure).toBe("");
  expect(fake.asked.at(-1)?.init.method).toBeUndefined();
});

test("an API key stands for user and password", async () => {
  await music.connect({ ...ENTERED, user: "", password: "", key: "key" }, ROOM);
  expect(music.standing.get()).toMatchObject({ user: "", keeps: "key", failure: "" });
});

test("a server without tokens gets the password only from who allows it", async () => {
  fake.knowsTokens = false;
  expect(await music.connect(ENTERED, ROOM)).toBe(false);
  expect(music.standing.get()).toMatchObject({ host: "", wants_password: true });
  expect(fake.asked.some(({ form }) => form.has("p"))).toBe(false);
  expect(await isKept(person)).toBe(false);
  await music.connect({ ...ENTERED, keep_password: true }, ROOM);
  expect(music.standing.get()).toMatchObject({ keeps: "password", wants_password: false, failure: "" });
});

test.each([
  ["a wrong password", { password: "wrong" }, "music.example.com does not know the user “anna” with this password"],
  ["no password", { password: "" }, "Enter the password of “anna”"],
  ["no user", { user: "" }, "Enter the user"],
  ["a server without https", { address: "http://nas:4533" }, "http://nas:4533 has no https"],
])("%s is said, and nothing is kept", async (_, changes, sentence) => {
  expect(await music.connect({ ...ENTERED, ...changes }, ROOM)).toBe(false);
  expect(music.standing.get().failure).toContain(sentence);
  expect(await isKept(person)).toBe(false);
});

test.each([
  ["HTML", () => new Response("<!doctype html>"), "answers with a web page"],
  ["XML", () => new Response('<?xml version="1.0"?><subsonic-response status="ok"/>'), "answers in XML"],
  ["JSON of another kind", () => Response.json({ Id: 1 }), "not Subsonic"],
  ["401", () => new Response("", { status: 401 }), "answers with 401"],
  ["404", () => new Response("", { status: 404 }), "/rest/ is not there (404)"],
  ["429", () => new Response("", { status: 429 }), "asked too often (429)"],
  ["502", () => new Response("", { status: 502 }), "does not answer (502)"],
  ["500", () => new Response("", { status: 500 }), "failed with status 500"],
  ["an old version", () => answer({ status: "failed", error: { code: 30, message: "Too old." } }), "another version of Subsonic"],
  ["an ended trial", () => answer({ status: "failed", error: { code: 60 } }), "trial"],
  ["an error without a number", () => answer({ status: "failed" }), "no reason given"],
])("a server that answers %s is said so, with its name", async (_, fault, sentence) => {
  fake.fault = fault;
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().failure).toContain(sentence);
  expect(music.standing.get().failure).toContain("music.example.com");
});

test("a server that forbids pages is told from one that is not there, by a question without a secret", async () => {
  fake.fault = () => (fake.asked.at(-1)?.init.mode === "no-cors" ? undefined : Promise.reject(new TypeError("Failed to fetch")));
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().failure).toContain("“Access-Control-Allow-Origin: https://page.example.com”");
  expect(fake.asked.at(-1)?.form.toString()).toBe("");
  fake.fault = () => Promise.reject(new TypeError("Failed to fetch"));
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().failure).toContain("cannot be reached");
});

test("no sentence holds a secret, even where the server repeats it", async () => {
  fake.fault = (_, form) => answer({ status: "failed", error: { code: 0, message: [...form.values()].join() } });
  await music.connect(ENTERED, ROOM);
  const { t = "", s = "" } = Object.fromEntries(fake.asked.at(-1)?.form ?? []) as Record<string, string>;
  expect(music.standing.get().failure).toContain("refused");
  for (const secret of [PASSWORD, t, s]) expect(said()).not.toContain(secret);
});

test("a tempo that the server does not tell is detected once, and kept over a reload", async () => {
  fake.songs = fakeSongs(3, { bpm: 0 });
  await music.connect(ENTERED, ROOM);
  await vi.waitFor(() => {
    expect([...library.values()].map(({ tempo }) => tempo)).toEqual([133, 133, 133]);
  });
  music.close();
  music = opened();
  const asked = fake.asked.length;
  await music.open();
  expect(fake.asked.length).toBe(asked);
  expect(music.songs().map(({ tempo_from }) => tempo_from)).toEqual(["detected", "detected", "detected"]);
  await music.refresh(ROOM);
  expect(detections).toBe(3);
});

test("a song that cannot be had is named, and the others are heard", async () => {
  fake.songs = fakeSongs(3, { bpm: 0 });
  fake.fault = (question, form) =>
    question === "stream" && form.get("id") === "tr-1" ? answer({ status: "failed", error: { code: 70 } }) : undefined;
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().sentences).toEqual([expect.stringContaining("does not have this song any more")]);
  expect(detections).toBe(2);
});

test.each([
  ["shorter than it is told to be", 20, 5, "“Song 0” lasts 240 s, and music.example.com sent 20 s of it."],
  ["smaller and shorter", 200, 1_000, "“Song 0” lasts 240 s, and music.example.com sent 200 s of it."],
])("a recording that is %s is not taken for whole", async (_, seconds, size, sentence) => {
  fake.songs = fakeSongs(1, { bpm: 0, size });
  vi.spyOn(ears, "playableSeconds").mockResolvedValueOnce(seconds);
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().sentences).toEqual([sentence]);
  expect(detections).toBe(0);
});

test.each([
  ["at once", 0, "0.0 MB of 5.0 MB"],
  ["in the middle", 2_500_000, "2.5 MB of 5.0 MB"],
])("a recording that breaks off %s is named, and the others are heard", async (_, bytes, words) => {
  fake.songs = fakeSongs(3, { bpm: 0 });
  fake.fault = (question, form) => {
    if (question !== "stream" || form.get("id") !== "tr-1") return undefined;
    let told = false;
    const body = new ReadableStream({
      pull: (controller) => {
        if (bytes > 0 && !told) controller.enqueue(new Uint8Array(bytes));
        else controller.error(new TypeError("network error"));
        told = true;
      },
    });
    return new Response(body, { headers: { "content-type": "audio/mpeg", "content-length": "5000000" } });
  };
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().sentences).toEqual([expect.stringContaining(`“Song 1” broke off after ${words}: music.example.com`)]);
  expect(detections).toBe(2);
});

test("a song without a beat is named and not listened to again", async () => {
  fake.songs = fakeSongs(1, { bpm: 0 });
  const hearFile = vi.spyOn(ears, "hearFile").mockRejectedValue(new Error("No beat."));
  await music.connect(ENTERED, ROOM);
  expect(music.standing.get().sentences).toEqual([expect.stringContaining("In “Song 0” no beat")]);
  await music.hearMore();
  expect(hearFile).toHaveBeenCalledTimes(1);
  hearFile.mockRestore();
});

test("more songs than a library holds are not sent, and it is said", async () => {
  fake.songs = fakeSongs(30);
  await music.connect(ENTERED, 12);
  await vi.waitFor(() => {
    expect(library.size).toBe(12);
  });
  expect(music.standing.get().note).toContain("30 songs at music.example.com. 12 of them were taken");
  await music.refresh(0);
  expect(music.standing.get().failure).toContain("Your own library is full");
});

test("what the library refuses is said in its words", async () => {
  music.attach(() => Promise.reject(new Error("You can keep 2,000 songs of your own.")));
  await music.connect(ENTERED, ROOM);
  await vi.waitFor(() => {
    expect(music.standing.get().failure).toBe("You can keep 2,000 songs of your own.");
  });
});

test("songs that are heard while others are on their way to the library follow them", async () => {
  fake.songs = fakeSongs(3, { bpm: 0 });
  const answered: (() => void)[] = [];
  music.attach(async (songs, remove, onTaken) => {
    await new Promise<void>((resolve) => answered.push(resolve));
    return sendOwnSongs(songs, remove, onTaken);
  });
  await music.connect(ENTERED, ROOM);
  expect(answered.length).toBe(1); // with the first song that was heard
  answered[0]?.();
  await vi.waitFor(() => {
    expect([library.size, answered.length]).toEqual([1, 2]);
  });
  answered[1]?.();
  await vi.waitFor(() => {
    expect(library.size).toBe(3);
  });
});

test("songs that the server no longer has leave the library", async () => {
  await music.connect(ENTERED, ROOM);
  await vi.waitFor(() => {
    expect(library.size).toBe(3);
  });
  fake.songs = fakeSongs(2);
  await music.refresh(ROOM);
  expect([...library.values()].map(({ title }) => title).sort()).toEqual(["Song 0", "Song 1"]);
});

test("a server that is removed is forgotten at once, and its songs leave the library", async () => {
  await music.connect(ENTERED, ROOM);
  await vi.waitFor(() => {
    expect(library.size).toBe(3);
  });
  await music.forget();
  expect([library.size, music.songs().length, await isKept(person)]).toEqual([0, 0, false]);
  expect(music.standing.get()).toMatchObject({ host: "", keeps: null, failure: "" });
});

test("what plays is loaded, then what comes next, and all else is let go", async () => {
  await music.connect(ENTERED, ROOM);
  const [one = "", other = "", third = ""] = music.songs().map(({ id }) => id);
  const before = fake.count("stream");
  music.expect([one, other]);
  await vi.waitFor(() => {
    expect([music.recording(one), music.recording(other)]).toEqual([HEARD, HEARD]);
  });
  expect(fake.count("stream")).toBe(before + 2);
  expect(music.about(one)).toContain("Streamed from music.example.com");
  expect(detections).toBe(2);
  expect(music.songs().filter(({ sound }) => sound !== undefined)).toHaveLength(2);
  music.expect([third]);
  expect([music.recording(one), music.about("another")]).toEqual([null, ""]);
});

test("a server that goes away is said where the song is, and is asked again in a while", async () => {
  await music.connect(ENTERED, ROOM);
  const [{ id } = { id: "" }] = music.songs();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  fake.fault = () => Promise.reject(new TypeError("Failed to fetch"));
  music.expect([id]);
  await vi.waitFor(() => {
    expect(music.about(id)).toContain("music.example.com cannot be reached");
  });
  fake.fault = null;
  await vi.advanceTimersByTimeAsync(15_000);
  vi.useRealTimers();
  await vi.waitFor(() => {
    expect(music.recording(id)?.file).toBeInstanceOf(Blob);
  });
});
