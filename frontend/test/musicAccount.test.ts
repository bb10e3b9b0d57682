import { expect, test } from "vitest";

import { type Account, addressOf, parametersOf, quoted, tokenOf } from "../src/musicServer/account";
import { md5 } from "../src/musicServer/md5";

/** Of RFC 1321, and of subsonic.org/pages/api.jsp; the last ones fill a block, and more than one. */
test.each([
  ["", "d41d8cd98f00b204e9800998ecf8427e"],
  ["abc", "900150983cd24fb0d6963f7d28e17f72"],
  ["abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"],
  ["sesamec19b2d", "26719a1196d2a940705a59634eb18eab"],
  ["12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a"],
  ["a".repeat(55), "ef1772b6dff9a122358552954ad0df65"],
  ["a".repeat(56), "3b0c8ac703f828b04c6c197006d17218"],
  ["a".repeat(64), "014842d480b571495a4a0363793f7367"],
  ["grün", "7b934a60ddc07b8f5b1134c03430bba6"],
])("the hash of %j is as the standard says", (text, hash) => {
  expect(md5(text)).toBe(hash);
});

test("a token is the hash of the password and a salt that is another one each time", () => {
  const [one, other] = [tokenOf("sesame"), tokenOf("sesame")];
  if (one.kind !== "token" || other.kind !== "token") throw new Error("These are no tokens.");
  expect(one.token).toBe(md5(`sesame${one.salt}`));
  expect(one.salt).toMatch(/^[0-9a-f]{32}$/);
  expect(other.salt).not.toBe(one.salt);
  expect(JSON.stringify(one)).not.toContain("sesame");
});

function account(proof: Account["proof"], user = "anna"): Account {
  return { address: "https://music.example.com", user, proof, method: "POST" };
}

test("each proof is said as its servers want it", () => {
  const { c, v, f, ...token } = parametersOf(account({ kind: "token", token: "t0", salt: "s0" }));
  expect([c, f, token]).toEqual(["TempoFit", "json", { u: "anna", t: "t0", s: "s0" }]);
  expect(v).toBe("1.13.0"); // the first version with tokens
  expect(parametersOf(account({ kind: "password", password: "sésame" }))).toMatchObject({ p: "enc:73c3a973616d65" });
  const key = parametersOf(account({ kind: "key", key: "k0" }, ""));
  expect([key["apiKey"], "u" in key]).toEqual(["k0", false]); // both at once is an error of its own
});

test.each([
  ["https://music.example.com", "https://music.example.com"],
  ["https://music.example.com/", "https://music.example.com"],
  ["HTTPS://Music.example.com:4533/navidrome/app/#/album/all", "https://music.example.com:4533/navidrome"],
  ["https://example.com/music/rest/ping.view?u=anna&p=x", "https://example.com/music"],
])("the address %s is that of %s", (text, address) => {
  expect(addressOf(text, "https:")).toBe(address);
});

test("a server without https can be reached by a page without it", () => {
  expect(addressOf("http://nas:4533", "http:")).toBe("http://nas:4533");
});

test.each([
  ["music.example.com", "“music.example.com” should begin with https://"],
  ["", "should begin with https://"],
  ["ftp://music.example.com", "should begin with https://"],
  ["https://", "should begin with https://"],
  ["http://nas:4533", "http://nas:4533 has no https, and this page came over https"],
  ["https://anna:sesame@music.example.com", "put them into their own fields"],
  ["anna:sesame@music.example.com?p=sesame", "should begin with https://"],
  ["//anna:sesame@music.example.com", "should begin with https://"],
])("the address %j is refused before anything is tried", (text, words) => {
  const refused = () => addressOf(text, "https:");
  expect(refused).toThrow(words);
});

test("what a server says is shown without the secrets that it repeats, and not at length", () => {
  const proof = { kind: "password", password: "sesame" } as const;
  expect(quoted("Open sesame! Open sesame!", account(proof))).toBe("Open …! Open …!");
  expect(quoted("x".repeat(1_000), account(proof)).length).toBeLessThan(130);
});
