/** How what comes from outside is made up, and for how long. */
import fc from "fast-check";
import { expect } from "vitest";

/** Set by `make fuzz`, for each target. */
const SECONDS = Number(import.meta.env.VITE_FUZZ_SECONDS ?? 0);

export const RUNS =
  SECONDS > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, plugins: [fc.interruptAfterTimeLimit(SECONDS * 1000)] }
    : { numRuns: 100 };
/** Whoever does not answer at all fails. */
export const TIMEOUT = { timeout: SECONDS * 1000 + 30_000 };

export type Bytes = Uint8Array<ArrayBuffer>;

/** `whole` with bytes that are others, that are missing, that are added, or without its end. */
export function damaged(whole: Bytes): fc.Arbitrary<Bytes> {
  const place = fc.nat(whole.length);
  const change = fc.record({
    place,
    missing: fc.oneof(fc.constant(1), fc.nat(9)),
    added: fc.uint8Array({ maxLength: 9 }),
  });
  return fc.tuple(fc.array(change, { maxLength: 6 }), fc.option(place)).map(([changes, end]) => {
    const bytes = [...whole];
    for (const { place, missing, added } of changes) bytes.splice(place, missing, ...added);
    return Uint8Array.from(end === null ? bytes : bytes.slice(0, end));
  });
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What a reader's own error says; anything else is thrown on. */
export function sentenceOf(kind: new (message: string) => Error): (error: unknown) => string {
  return (error) => {
    if (!(error instanceof kind)) throw error;
    expect(error.message).toMatch(/^\S.*\.$/s);
    return error.message;
  };
}
