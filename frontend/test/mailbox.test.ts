import { expect, test } from "vitest";

import { Mailbox } from "../src/ownSongs/mailbox";

function taking(mailbox: Mailbox<string>): { readonly taken: string[]; readonly end: () => void } {
  const taken: string[] = [];
  return { taken, end: mailbox.take((item) => taken.push(item)) };
}

/** Long enough for what waits to be handed over. */
async function moment(): Promise<void> {
  await Promise.resolve();
}

test("what is posted goes to its taker at once", () => {
  const mailbox = new Mailbox<string>();
  const { taken } = taking(mailbox);
  mailbox.post("first");
  mailbox.post("second");
  expect(taken).toEqual(["first", "second"]);
});

test("the newest waits for a taker, who gets it once", async () => {
  const mailbox = new Mailbox<string>();
  mailbox.post("first");
  mailbox.post("second");
  const first = taking(mailbox);
  await moment();
  first.end();
  const second = taking(mailbox);
  await moment();
  expect([first.taken, second.taken]).toEqual([["second"], []]);
});

test("what waits can be thrown away", async () => {
  const mailbox = new Mailbox<string>();
  mailbox.post("first");
  mailbox.clear();
  const { taken } = taking(mailbox);
  await moment();
  expect(taken).toEqual([]);
});

test("a taker that goes at once leaves what waits to the next", async () => {
  const mailbox = new Mailbox<string>();
  mailbox.post("first");
  const gone = taking(mailbox);
  gone.end();
  const { taken } = taking(mailbox);
  await moment();
  expect([gone.taken, taken]).toEqual([[], ["first"]]);
});
