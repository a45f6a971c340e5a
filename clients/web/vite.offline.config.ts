import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { defineConfig } from "vite";

const DIST = "dist";

/** What the page is made of: names under assets/ hold their hash, of the others it is told here. */
function files() {
  const found = readdirSync(DIST, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return found.map((file) => {
    const path = join(file.parentPath, file.name);
    const name = relative(DIST, path).split(sep).join("/");
    const revision = name.startsWith("assets/") ? null : createHash("sha256").update(readFileSync(path)).digest("hex");
    // The gateway serves the page at its root only.
    return { url: name === "index.html" ? "/" : `/${name}`, revision };
  });
}

// The service worker is built when the page's files are there.
export default defineConfig({
  publicDir: false,
  define: { FILES: JSON.stringify(files()), "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: DIST,
    emptyOutDir: false,
    lib: { entry: "src/offline/service.ts", formats: ["iife"], name: "offline", fileName: () => "offline.js" },
  },
});
