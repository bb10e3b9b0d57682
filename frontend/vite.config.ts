import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const WORKER = "sw.js";
/** What the page asks for at the first play, without a hash in its name. */
const AT_PLAY = "/silence.wav";

export default defineConfig({
  build: {
    assetsInlineLimit: 0, // the page's policy takes no font from a data: address
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", sw: "worker/service-worker.ts" },
      output: {
        // A service worker is found again by its name.
        entryFileNames: ({ name }) => (name === "sw" ? WORKER : "assets/[name]-[hash].js"),
      },
    },
  },
  plugins: [tellServiceWorker()],
  test: {
    // A busy machine takes its time; what hangs for ever fails all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "rules", include: ["test/*.test.ts"] } },
      {
        extends: true,
        server: { fs: { allow: [".."] } }, // the examples of the events
        test: {
          name: "views",
          include: ["test/views/*.test.tsx"],
          environment: "jsdom",
          setupFiles: ["test/views/browser.ts"],
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}", "worker/*.ts"],
      reporter: ["text-summary"],
    },
  },
});

/** Writes into the service worker what there is to keep: what index.html names, then the rest. */
function tellServiceWorker(): Plugin {
  return {
    name: "tell-service-worker",
    apply: "build",
    enforce: "post",
    async generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      const html = bundle["index.html"];
      if (worker?.type !== "chunk" || html?.type !== "asset") {
        throw new Error(`The build has no ${WORKER}, or no index.html.`);
      }
      const page = html.source.toString();
      const first = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => String(path));
      const assets = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const later = [...assets.map((name) => `/${name}`), AT_PLAY].filter(
        (path) => !first.includes(path),
      );
      const version = await digest([page, ...later, worker.code].join("\n"));
      const told = JSON.stringify(JSON.stringify({ version, first, later }));
      worker.code = worker.code.replace(/(["'`])__BUILD__\1/, () => told);
    },
  };
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes).slice(0, 6)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
