import { defineConfig } from "vite";

// The page on which tests attack the sandbox (`vite build e2e/sandbox`); never part of what is shipped.
export default defineConfig({ build: { assetsInlineLimit: 0, emptyOutDir: true } });
