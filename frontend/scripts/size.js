// Prints what a first visit loads, compressed, and fails above the limit: the page, what it names,
// and what its script needs at once. Parts that are loaded on demand are not counted.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 150;
const folder = new URL("../dist", import.meta.url).pathname;
const html = readFileSync(join(folder, "index.html"), "utf8");

const named = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)]
  .map(([tag]) => tag)
  .filter((tag) => /^<script|rel="(?:stylesheet|modulepreload|icon)"/.test(tag))
  .map((tag) => /(?:src|href)="\/([^"]+)"/.exec(tag)?.[1])
  .filter((file) => file !== undefined);

/** `file` and what it needs: imports, the dynamic ones of which have a bracket before the quote, and fonts. */
function withImports(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  if (!/\.(js|css)$/.test(file)) return found;
  const script = readFileSync(join(folder, file), "utf8");
  for (const [, name] of script.matchAll(/url\("?\/([^")]+)"?\)/g)) found.add(name);
  for (const [, name] of script.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g)) {
    withImports(`assets/${name}`, found);
  }
  return found;
}

const files = new Set(["index.html", ...named.flatMap((file) => [...withImports(file)])]);
const kilobytes = [...files]
  .map((file) => gzipSync(readFileSync(join(folder, file))).length / 1000)
  .reduce((sum, size) => sum + size, 0);

console.log(
  `First load: ${kilobytes.toFixed(1)} KB compressed in ${files.size} files (limit ${LIMIT_KB} KB)`,
);
if (kilobytes > LIMIT_KB) process.exit(1);
