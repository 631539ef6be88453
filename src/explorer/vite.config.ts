import preact from "@preact/preset-vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const SERVER = process.env["PROVENDER"] ?? "http://127.0.0.1:5000";

/** The server writes the page itself (`explorer.html`), so the built one is not kept. */
function withoutPage(): Plugin {
  return {
    name: "without-page",
    enforce: "post",
    generateBundle(_options, bundle) {
      delete bundle["index.html"];
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [preact({ devToolsEnabled: false }), withoutPage()],
  build: {
    outDir: "../provender/web/static/explorer",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 600,
    sourcemap: false,
  },
  server: {
    proxy: { "/api": SERVER, "/profiles": SERVER, "/assets": SERVER },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
});
