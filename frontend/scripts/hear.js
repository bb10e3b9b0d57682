// What the page's detector hears: file names come on standard input, one a line, each with 12,000
// samples a second as 32-bit floats; a line of JSON goes out.
import { readFileSync } from "node:fs";
import { createServer } from "vite";

const server = await createServer({ configFile: false, logLevel: "error", server: { middlewareMode: true } });
try {
  const { findBeat } = await server.ssrLoadModule("/src/ownSongs/beat.ts");
  const names = readFileSync(0, "utf8").split("\n").filter(Boolean);
  const beats = names.map((name) => {
    const { buffer, byteOffset, byteLength } = readFileSync(name);
    return findBeat(new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
  });
  process.stdout.write(`${JSON.stringify(beats)}\n`);
} finally {
  await server.close();
}
