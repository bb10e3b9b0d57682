import { beforeEach, expect, test } from "vitest";

import { type Account, tokenOf } from "../src/musicServer/account";
import { listSongs } from "../src/musicServer/listing";
import { type ServerSong, chosen, isUnheard, merged, ownSong, songOf } from "../src/musicServer/songs";
import { ADDRESS, FakeServer, PASSWORD, USER, answer, fakeSongs } from "./subsonic";

const NEVER = new AbortController().signal;
let server: FakeServer;
const account: Account = { address: ADDRESS, user: USER, proof: tokenOf(PASSWORD), method: "POST" };

beforeEach(() => {
  server = new FakeServer();
});

async function listed(): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  for await (const page of listSongs(account, NEVER)) ids.push(...page.map(({ id }) => id));
  return ids;
}

test("a big library is listed page by page, each song once", async () => {
  server.songs = fakeSongs(1_234);
  expect(await listed()).toEqual(server.songs.map(({ id }) => id));
  expect(server.count("search3")).toBe(4); // the last of them is empty
});

test("a server that lists less than it is asked for is asked on", async () => {
  server.songs = fakeSongs(250);
  server.page = 100;
  expect((await listed()).length).toBe(250);
});

test("a server that gives its last page for ever is left", async () => {
  server.songs = fakeSongs(20);
  server.fault = (question) => (question === "search3" ? answer({ status: "ok", searchResult3: { song: server.songs } }) : undefined);
  expect((await listed()).length).toBe(20);
});

test.each([
  ["finds nothing", () => undefined],
  ["refuses", (question: string) => (question === "search3" ? answer({ status: "failed", error: { code: 10, message: "Required parameter is missing: query" } }) : undefined)],
])("where a search for nothing %s, the songs are listed album by album", async (_, fault) => {
  server.songs = fakeSongs(30);
  server.searches = false;
  server.fault = (question, form) => (form.get("t") === null ? undefined : fault(question));
  const asked = { ...account, proof: { kind: "password", password: PASSWORD } } as const;
  const ids: unknown[] = [];
  for await (const page of listSongs(asked, NEVER)) ids.push(...page.map(({ id }) => id));
  expect(ids.length).toBe(30);
  expect(server.count("getAlbum")).toBe(30);
});

test("one song alone may come without a list around it", async () => {
  server.fault = (question, form) => {
    if (question !== "search3" || form.get("songOffset") !== "0") return undefined;
    return answer({ status: "ok", searchResult3: { song: fakeSongs(1)[0] } });
  };
  expect(await listed()).toEqual(["tr-0"]);
});

test("a song is told in the words of the workout's server, and its id says nothing of the music server", async () => {
  const song = await songOf(ADDRESS, { id: 7, title: " T ", artist: "A", bpm: 127.96, duration: 200, genre: "Rock", size: 5, starred: "2024" });
  expect(song && ownSong(song)).toEqual({ id: song?.id, title: "T", artist: "A", tempo: 128, duration_seconds: 200, genre: "Rock" });
  expect(song?.id).toMatch(/^s-[0-9a-f]{64}$/);
  expect((await songOf("https://other.example.com", { id: 7 }))?.id).not.toBe(song?.id);
});

test.each([
  [{ id: "1", title: "x", isDir: true }],
  [{ id: "1", title: "x", isVideo: true }],
  [{ title: "x" }],
])("%j is no song", async (told) => {
  expect(await songOf(ADDRESS, told)).toBeNull();
});

test.each([[0], ["fast"], [12_593], [null], [undefined], [-1]])("a tempo of %j is none", async (bpm) => {
  const song = await songOf(ADDRESS, { id: "1", title: "x", bpm, duration: 200 });
  expect(song && [song.tempo, isUnheard(song)]).toEqual([null, true]);
});

test("a song of ten seconds is refused, and not listened to", async () => {
  const song = await songOf(ADDRESS, { id: "1", title: "x", duration: 10 });
  expect(song && [song.refused, isUnheard(song)]).toEqual(["Too short or too long.", false]);
});

async function song(changes: object): Promise<ServerSong> {
  const made = await songOf(ADDRESS, { id: "1", title: "x", duration: 200, ...changes });
  if (!made) throw new Error("This is no song.");
  return made;
}

test("what was heard stays when songs are listed anew, and what changed goes to the library again", async () => {
  const before: ServerSong = { ...(await song({})), tempo: 130, tempo_from: "detected", in_library: true };
  expect(merged(before, await song({}))).toMatchObject({ tempo: 130, tempo_from: "detected", in_library: true });
  expect(merged(before, await song({ title: "y" }))).toMatchObject({ title: "y", tempo: 130, in_library: false });
  expect(merged(before, await song({ bpm: 131 }))).toMatchObject({ tempo: 131, tempo_from: "server", in_library: false });
});

test("of too many songs the starred ones are taken first, then those with a tempo, each time the same", async () => {
  const songs = await Promise.all(
    Array.from({ length: 40 }, (_, id) => song({ id: `${id}`, ...(id % 4 === 0 ? { bpm: 120 } : {}), ...(id % 10 === 0 ? { starred: "2024" } : {}) })),
  );
  const taken = chosen(songs, 12);
  expect(taken.filter(({ starred }) => starred).length).toBe(4);
  expect(taken.filter(({ tempo }) => tempo !== null).length).toBe(12 - taken.filter(({ starred, tempo }) => starred && tempo === null).length);
  expect(chosen([...songs].reverse(), 12)).toEqual(taken);
  expect(chosen(songs, 40)).toBe(songs);
});
