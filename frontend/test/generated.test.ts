import { describe, expect, test } from "vitest";

import document from "../../events/asyncapi.json?raw";
import { contract } from "../scripts/contract";
import schemas from "../src/wire/generated/schemas.ts?raw";
import types from "../src/wire/generated/types.ts?raw";

interface Schema {
  readonly [keyword: string]: unknown;
  properties: Record<string, object>;
}

/** The contract after a change to what a skip and its answer are made of. */
function changed(change: (skip: Schema, skipped: Schema) => void) {
  const copy = JSON.parse(document) as {
    readonly components: { readonly messages: Record<"skip" | "skipped", { readonly payload: Schema }> };
  };
  const { skip, skipped } = copy.components.messages;
  change(skip.payload, skipped.payload);
  return () => contract(copy);
}

function withSlot(slot: object) {
  return changed((skip) => {
    skip.properties.slot = slot;
  });
}

describe("the page's types and schemas", () => {
  test("are those that the contract makes", () => {
    expect({ types, schemas }).toEqual(contract(JSON.parse(document)));
  });

  test("have what a message gets anew, asked or told", () => {
    const made = changed((skip, skipped) => {
      skip.properties.echo = { type: "string", minLength: 1, maxLength: 64 };
      skipped.properties.echo = { type: "string", minLength: 1, maxLength: 64 };
    })();
    expect(made.types.match(/readonly echo\?: string;/g)).toHaveLength(2);
    expect(made.schemas.match(/echo: \{ type: "string", minLength: 1, maxLength: 64 \}/g)).toHaveLength(2);
  });

  test.each([
    ["a limit that the page would not check", { type: "integer", multipleOf: 2 }, /multipleOf/],
    ["names of its own in an object", { type: "object", additionalProperties: {} }, /additionalProperties/],
    ["a value of any kind", { description: "a slot" }, /no kind/],
    ["words that are no texts", { enum: [1, 2] }, /not of texts/],
    ["alternatives of one kind", { anyOf: [{ type: "integer" }, { type: "number" }] }, /apart/],
  ])("are not made of %s", (_, slot, sentence) => {
    expect(withSlot(slot)).toThrow(sentence);
  });

  test("are not made of two things with the same title", () => {
    expect(withSlot({ title: "Opinion", type: "object", properties: {} })).toThrow(/title Opinion/);
  });
});
