// Prints what a first visit loads, compressed, and fails above the limit.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 150;
const folder = new URL("../dist", import.meta.url).pathname;
const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => gzipSync(readFileSync(join(entry.parentPath, entry.name))).length)
  .reduce((sum, size) => sum + size, 0);
const kilobytes = bytes / 1000;

console.log(`First load: ${kilobytes.toFixed(1)} KB compressed (limit ${LIMIT_KB} KB)`);
if (kilobytes > LIMIT_KB) process.exit(1);
