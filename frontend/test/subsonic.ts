/** A fake of a music server: what it has, how it answers, and what it was asked. */
import { vi } from "vitest";

import { md5 } from "../src/musicServer/md5";

export const ADDRESS = "https://music.example.com";
export const PAGE = { protocol: "https:", origin: "https://page.example.com" };
export const USER = "anna";
export const PASSWORD = "sesame";

export interface FakeSong {
  readonly id: string;
  readonly title: string;
  readonly [name: string]: unknown;
}

/** Songs of four minutes at 120 beats a minute. */
export function fakeSongs(count: number, changes: object = {}): readonly FakeSong[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `tr-${index}`,
    title: `Song ${index}`,
    artist: "Somebody",
    duration: 240,
    bpm: 120,
    ...changes,
  }));
}

type Form = URLSearchParams;
type Body = Readonly<Record<string, unknown>>;

function hexOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class FakeServer {
  readonly asked: { readonly place: string; readonly form: Form; readonly init: RequestInit }[] = [];
  songs: readonly FakeSong[] = [];
  /** The most it lists at once. */
  page = 500;
  /** Whether it answers a search for nothing with everything. */
  searches = true;
  knowsTokens = true;
  /** Answers in its place. */
  fault: ((question: string, form: Form) => Response | Promise<Response> | undefined) | null = null;
  recording = new Blob(["music"], { type: "audio/mpeg" });

  constructor() {
    vi.stubGlobal("fetch", this.fetch);
    vi.stubGlobal("location", PAGE);
  }

  /** How often it was asked this. */
  count(question: string): number {
    return this.asked.filter(({ place }) => place === `${ADDRESS}/rest/${question}.view`).length;
  }

  private readonly fetch = async (place: string, init: RequestInit = {}): Promise<Response> => {
    const form = init.body instanceof URLSearchParams ? init.body : new URL(place).searchParams;
    this.asked.push({ place, form, init });
    const question = /\/rest\/(\w+)\.view/.exec(place)?.[1] ?? "";
    const fault = await this.fault?.(question, form);
    if (fault) return fault;
    if (init.mode === "no-cors") return new Response();
    const refusal = this.refusalOf(form);
    if (refusal) return answer({ status: "failed", error: refusal });
    return this.answerTo(question, form);
  };

  private refusalOf(form: Form): Body | null {
    if (form.get("apiKey") === "key") return null;
    if (form.get("t") && !this.knowsTokens) return { code: 41, message: "No tokens." };
    const isToken = form.get("t") === md5(PASSWORD + (form.get("s") ?? ""));
    const isPassword = form.get("p") === `enc:${hexOf(PASSWORD)}`;
    if (form.get("u") === USER && (isToken || isPassword)) return null;
    return { code: 40, message: `Wrong: ${[...form.values()].join()}` };
  }

  private answerTo(question: string, form: Form): Response {
    const from = (name: string) => Number(form.get(name));
    switch (question) {
      case "search3": {
        const song = this.searches ? this.songs.slice(from("songOffset"), from("songOffset") + this.page) : [];
        return answer({ status: "ok", searchResult3: song.length > 0 ? { song } : {} });
      }
      case "getAlbumList2": {
        const album = this.songs.map(({ id }) => ({ id: `al-${id}` })).slice(from("offset"), from("offset") + this.page);
        return answer({ status: "ok", albumList2: { album } });
      }
      case "getAlbum":
        return answer({ status: "ok", album: { song: this.songs.filter(({ id }) => `al-${id}` === form.get("id")) } });
      case "stream":
        return new Response(this.recording, { headers: { "content-type": this.recording.type } });
      default:
        return answer({ status: "ok" });
    }
  }
}

export function answer(body: Body): Response {
  return Response.json({ "subsonic-response": { version: "1.16.1", ...body } });
}
