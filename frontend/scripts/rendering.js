// Prints test/rendering.ts, or the file of test/ that is named, as one script, for a browser that plays the music.
import { build } from "vite";

const [built] = [
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: `test/${process.argv[2] ?? "rendering"}.ts`, formats: ["iife"], name: "rendering" },
    },
  }),
].flat();
process.stdout.write(built.output[0].code);
