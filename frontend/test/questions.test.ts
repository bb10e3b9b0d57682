import { beforeEach, expect, test, vi } from "vitest";

import { Questions, sentenceOf } from "../src/session/questions";
import { ANSWER_WITHIN_MS } from "../src/workout/asked";
import { type ClientMessage, type ServerMessage, historyQuery } from "../src/wire/messages";
import { NOW } from "./helpers";

let sent: ClientMessage[];
let isOpen: boolean;
let questions: Questions;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  [sent, isOpen] = [[], true];
  questions = new Questions((message) => {
    if (isOpen) sent.push(message);
    return isOpen;
  });
});

const ask = () => questions.ask(historyQuery(), "history");
/** What the server says to question `number`. */
const says = (number: number, message: object) =>
  questions.onMessage({ ...message, id: sent[number]?.id } as ServerMessage);
const page = (before_ms: number) => ({ type: "history", workouts: [], before_ms });

test("each answer goes to whoever asked", async () => {
  const answers = [ask(), ask()];
  expect([says(1, page(2)), says(0, page(1))]).toEqual([true, true]);
  expect((await Promise.all(answers)).map(({ before_ms }) => before_ms)).toEqual([1, 2]);
  expect(vi.getTimerCount()).toBe(0);
});

test("what nobody asked is left to others", () => {
  expect(questions.onMessage({ type: "history", workouts: [], before_ms: null })).toBe(false);
  expect(questions.onMessage({ type: "history", workouts: [], before_ms: null, id: "x" })).toBe(false);
});

test("a refusal is said", async () => {
  const answer = ask().catch(sentenceOf);
  says(0, { type: "error", code: "no_such_workout", message: "There is no such workout." });
  expect(await answer).toBe("There is no such workout.");
});

test("what is asked without a connection is asked when there is one", async () => {
  isOpen = false;
  const answer = ask();
  isOpen = true;
  questions.resume();
  says(0, page(1));
  expect((await answer).before_ms).toBe(1);
});

test("what was asked on a connection that went is asked again, by the same name", async () => {
  const answer = ask();
  questions.resume();
  expect(sent[1]).toEqual(sent[0]);
  says(1, page(1));
  expect((await answer).before_ms).toBe(1);
});

test.each([
  [true, "The server did not answer. Try again."],
  [false, "There is no connection, so this cannot be looked up now. Try again when it is back."],
])("nobody waits for ever, connected: %s", async (open, sentence) => {
  isOpen = open;
  const answer = ask().catch(sentenceOf);
  vi.advanceTimersByTime(ANSWER_WITHIN_MS);
  expect(await answer).toBe(sentence);
});

test("nobody waits when the page is left", async () => {
  const answer = ask().catch(sentenceOf);
  questions.stop();
  expect(await answer).toBe("The server did not answer. Try again.");
  expect(vi.getTimerCount()).toBe(0);
});
