import { describe, expect, test } from "vitest";

import { ANSWER_WITHIN_MS } from "../src/workout/asked";
import type { Opinion, ServerMessage, Settings } from "../src/wire/messages";
import { correction, isTempo, opinionOf } from "../src/workout/opinion";
import { type State, reduce } from "../src/session/store";
import { changeSentence, rateSentence } from "../src/workout/words";
import { NOW, SESSION, SETTINGS, after, songPush, workoutOf } from "./helpers";

const ZONE: Settings = { ...SETTINGS, mode: "zone" };
const LIKED: Opinion = { liked: true, tempo: null };
const song = songPush(0);
const begun = after([0, workoutOf({ songs: [song] })]);

const change = (state: State, settings: Settings, sent = true): State =>
  reduce(state, { kind: "change", settings, id: "change", sent, now_ms: NOW });
const rate = (state: State, opinion: Opinion, sent = true): State =>
  reduce(state, { kind: "rate", song_id: song.song.id, opinion, id: "rate", sent, now_ms: NOW });
const told = (state: State, ms: number, message: ServerMessage): State =>
  reduce(state, { kind: "message", message, now_ms: NOW + ms });
const error = (id: string, message: string): ServerMessage => ({
  type: "error",
  code: "busy",
  message,
  id,
});
const changed: ServerMessage = { type: "changed", settings: ZONE, id: "change" };
const rated: ServerMessage = { type: "rated", song_id: song.song.id, opinion: LIKED, id: "rate" };

describe("settings", () => {
  test("are what the server says, and unknown before", () => {
    expect(after().settings).toBeNull();
    expect(after([0, workoutOf({ settings: ZONE })]).settings).toEqual(ZONE);
    expect(after([0, { type: "started", session: SESSION, settings: ZONE }]).settings).toEqual(ZONE);
  });

  test("that were asked for are not in force before the server says so", () => {
    const asked = change(begun, ZONE);
    expect(asked.settings).toEqual(SETTINGS);
    expect(changeSentence(asked.change, NOW)).toBe("Changing…");
    const answered = told(asked, 50, changed);
    expect(answered.settings).toEqual(ZONE);
    expect(changeSentence(answered.change, NOW + 50)).toMatch(/^Changed/);
  });

  test("that the server refuses leave those in force, and its sentence", () => {
    const refused = told(change(begun, ZONE), 50, error("change", "Send it again."));
    expect(refused.settings).toEqual(SETTINGS);
    expect(changeSentence(refused.change, NOW + 50)).toBe("Send it again.");
    expect(refused.problem).toBeNull();
  });

  test("that could not be sent are not waited for", () => {
    expect(changeSentence(change(begun, ZONE, false).change, NOW)).toMatch(/no connection/);
  });

  test("of an answer that left before the change do not undo it", () => {
    const answered = told(change(begun, ZONE), 50, changed);
    expect(told(answered, 200, workoutOf()).settings).toEqual(ZONE);
    expect(told(answered, 12_000, workoutOf()).settings).toEqual(SETTINGS);
  });

  test("are taken as changed by a workout that tells them, where the answer was lost", () => {
    const state = told(change(begun, ZONE), 4000, workoutOf({ settings: ZONE }));
    expect(state.change.phase).toBe("taken");
  });

  test("that nobody answers may be asked for again", () => {
    const { change: asked } = change(begun, ZONE);
    expect(changeSentence(asked, NOW + ANSWER_WITHIN_MS)).toMatch(/^No answer/);
    expect(changeSentence(asked, NOW + 60_000)).toBe("");
  });

  test("outlast the session in which they were asked for", () => {
    const next = songPush(0, { session: SESSION + 9_000_000 });
    expect(told(change(begun, ZONE), 1, next)).toMatchObject({
      settings: SETTINGS,
      change: { phase: "asked" },
    });
  });
});

describe("settings for a session that does not run yet", () => {
  const none = after([0, workoutOf({ session: null })]);
  const chosen = reduce(none, { kind: "begin", settings: ZONE, now_ms: NOW });
  const defaults = workoutOf({ session: null });

  test("are shown at once, whatever defaults the server tells until it runs", () => {
    expect(chosen.settings).toEqual(ZONE);
    expect(changeSentence(chosen.change, NOW)).toMatch("Changed");
    const later = told(told(chosen, 2_000, defaults), 60_000, defaults);
    expect(later.settings).toEqual(ZONE);
    expect(later.chosen).toEqual(ZONE);
  });

  test("are in force when it runs, and give way to what the server says then", () => {
    const message = { type: "started", session: SESSION, settings: ZONE } as const;
    expect(told(chosen, 50, message)).toMatchObject({ settings: ZONE, chosen: null });
    const other = { ...SETTINGS, mode: "push" } as const;
    const elsewhere = told(chosen, 50, workoutOf({ settings: other }));
    expect(elsewhere).toMatchObject({ settings: other, chosen: null });
  });
});

describe("an opinion", () => {
  const opinion = (state: State) => opinionOf(song, state.opinions);

  test("comes with the song", () => {
    const liked = songPush(0, { opinion: LIKED });
    expect(opinionOf(liked, new Map())).toEqual(LIKED);
    expect(opinion(after([0, workoutOf({ songs: [liked] })]))).toEqual(LIKED);
  });

  test("is kept when the server says so, and not before", () => {
    const asked = rate(begun, LIKED);
    expect(opinion(asked).liked).toBeNull();
    const answered = told(asked, 50, rated);
    expect(opinion(answered)).toEqual(LIKED);
    expect(rateSentence(answered.rate, NOW + 50)).toMatch(/^Kept/);
    expect(rateSentence(answered.rate, NOW + 60_000)).toBe("");
  });

  test("is not undone by an answer that left before it", () => {
    const answered = told(rate(begun, LIKED), 50, rated);
    expect(opinion(told(answered, 200, workoutOf({ songs: [song] })))).toEqual(LIKED);
    expect(opinion(told(answered, 12_000, workoutOf({ songs: [song] }))).liked).toBeNull();
  });

  test("is taken as kept by a song that comes with it, where the answer was lost", () => {
    const liked = songPush(0, { opinion: LIKED });
    const state = told(rate(begun, LIKED), 4000, workoutOf({ songs: [liked] }));
    expect(state.rate.phase).toBe("taken");
    expect(opinion(state)).toEqual(LIKED);
  });

  test("that is refused says so in the server's words", () => {
    const refused = told(rate(begun, LIKED), 50, error("rate", "No such song."));
    expect(rateSentence(refused.rate, NOW + 50)).toBe("No such song.");
    expect(opinion(refused).liked).toBeNull();
  });

  test("of a tempo is none where the library says the same", () => {
    expect(correction(song, 240)).toBe(240);
    expect(correction(song, 120)).toBeNull();
  });

  test("takes only tempi that a song may have", () => {
    expect([39.9, 40, 250, 250.1].map(isTempo)).toEqual([false, true, true, false]);
  });
});

describe("an answer", () => {
  test("is to the question that it names, in whatever order they were asked", () => {
    const skipping = { kind: "skip", slot: 0, id: "skip", sent: true, now_ms: NOW - 20 } as const;
    const both = rate(reduce(begun, skipping), LIKED);
    const first = told(both, 50, error("rate", "One."));
    expect([first.skip.phase, first.rate.phase]).toEqual(["asked", "refused"]);
    expect(told(first, 60, error("skip", "Two.")).skip).toMatchObject({ sentence: "Two." });
  });

  test("to an earlier change puts that into force, and leaves the later one waiting", () => {
    const asked = change(begun, { ...SETTINGS, mode: "hold" });
    const state = told(asked, 50, { ...changed, id: "earlier" });
    expect(state.settings).toEqual(ZONE);
    expect(state.change).toBe(asked.change);
  });

  test("to an earlier opinion is kept, and leaves the later one waiting", () => {
    const asked = rate(begun, { liked: false, tempo: null });
    const state = told(asked, 50, { ...rated, id: "earlier" });
    expect(state.opinions.get(song.song.id)).toEqual(LIKED);
    expect(state.rate).toBe(asked.rate);
  });

  test("that comes late is still to its question", () => {
    const late = told(change(begun, ZONE), ANSWER_WITHIN_MS, error("change", "Again."));
    expect(late.problem).toBeNull();
    expect(late.change).toMatchObject({ phase: "refused", sentence: "Again." });
  });
});
