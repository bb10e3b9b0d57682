import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { type Backlog, Backlogs } from "../src/heart/backlog";
import { NOW } from "./helpers";

const WITHIN_MS = 900_000;
const BACKLOG: Backlog = {
  came_ms: NOW,
  samples: [
    [NOW - 1000, 130],
    [NOW, 131],
  ],
};

/** As much of a browser's storage as is used. */
class FakeStorage {
  readonly items = new Map<string, string>();
  refusal: Error | null = null;
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    if (this.refusal) throw this.refusal;
    this.items.set(key, text);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

let storage: FakeStorage;
let sentences: string[];

function backlogsOf(user: string): Backlogs {
  return new Backlogs(user, (sentence) => sentences.push(sentence));
}

beforeEach(() => {
  storage = new FakeStorage();
  sentences = [];
  vi.stubGlobal("window", { localStorage: storage });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("samples that are not known to be taken", () => {
  test("are there after a reload, for who measured them", () => {
    backlogsOf("anna").keep(BACKLOG);
    expect(backlogsOf("bert").kept(WITHIN_MS, NOW)).toBeNull();
    expect(backlogsOf("anna").kept(WITHIN_MS, NOW + WITHIN_MS - 1)).toEqual(BACKLOG);
  });

  test("are forgotten once taken, and once they belong to a workout that is over", () => {
    const before = backlogsOf("anna");
    before.keep(BACKLOG);
    before.keep({ ...BACKLOG, samples: [] });
    expect(storage.items.size).toBe(0);
    before.keep(BACKLOG);
    const after = backlogsOf("anna");
    expect(after.kept(WITHIN_MS, NOW + WITHIN_MS)).toBeNull();
    after.keep({ came_ms: -Infinity, samples: [] });
    expect(storage.items.size).toBe(0);
  });

  test("of another page of the same person are left alone", () => {
    const other = backlogsOf("anna");
    expect(other.kept(WITHIN_MS, NOW)).toBeNull();
    backlogsOf("anna").keep(BACKLOG);
    other.keep({ came_ms: -Infinity, samples: [] });
    expect(storage.items.size).toBe(1);
  });

  test.each(["", "{", "null", '{"came_ms":1}', '{"came_ms":1e99,"samples":[[1,999]]}'])(
    "are not made up from what else is kept there: %j",
    (text) => {
      storage.items.set("tempofit-unsent-anna", text);
      expect(backlogsOf("anna").kept(WITHIN_MS, NOW)).toBeNull();
    },
  );

  test("that cannot be kept are told of once", () => {
    storage.refusal = new Error("QuotaExceededError");
    const backlogs = backlogsOf("anna");
    backlogs.keep(BACKLOG);
    backlogs.keep(BACKLOG);
    expect(sentences).toEqual([expect.stringMatching("This browser keeps nothing for this page")]);
  });

  test("need no storage where there are none", () => {
    vi.stubGlobal("window", {});
    const backlogs = backlogsOf("anna");
    expect(backlogs.kept(WITHIN_MS, NOW)).toBeNull();
    backlogs.keep({ came_ms: -Infinity, samples: [] });
    expect(sentences).toEqual([]);
  });
});
