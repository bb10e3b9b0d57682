import { expect, test } from "vitest";

import { Mailbox } from "../src/own/mailbox";

function taking(mailbox: Mailbox<string>): { readonly taken: string[]; readonly end: () => void } {
  const taken: string[] = [];
  return { taken, end: mailbox.take((item) => taken.push(item)) };
}

test("what is posted goes to its taker at once", () => {
  const mailbox = new Mailbox<string>();
  const { taken } = taking(mailbox);
  mailbox.post("first");
  mailbox.post("second");
  expect(taken).toEqual(["first", "second"]);
});

test("the newest waits for a taker, who gets it once", () => {
  const mailbox = new Mailbox<string>();
  mailbox.post("first");
  mailbox.post("second");
  const first = taking(mailbox);
  first.end();
  const second = taking(mailbox);
  expect([first.taken, second.taken]).toEqual([["second"], []]);
});

test("what waits can be thrown away", () => {
  const mailbox = new Mailbox<string>();
  mailbox.post("first");
  mailbox.clear();
  expect(taking(mailbox).taken).toEqual([]);
});
