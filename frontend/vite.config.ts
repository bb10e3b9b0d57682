import { defineConfig } from "vitest/config";

export default defineConfig({
  build: { target: "es2022", modulePreload: { polyfill: false } },
  test: { include: ["test/**/*.test.ts"] },
});
