// Writes what events/asyncapi.json says into src/wire/generated.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { contract } from "./contract.js";

const folder = new URL("../src/wire/generated/", import.meta.url);
const document = readFileSync(new URL("../../events/asyncapi.json", import.meta.url), "utf8");

mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(contract(JSON.parse(document)))) {
  const file = new URL(`${name}.ts`, folder);
  // What says the same already is left alone, so that nothing is built anew for it.
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
