// Prints test/rendering.ts and what it needs as one script, for a browser that renders the music.
import { build } from "vite";

const [built] = [
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: "test/rendering.ts", formats: ["iife"], name: "rendering" },
    },
  }),
].flat();
process.stdout.write(built.output[0].code);
