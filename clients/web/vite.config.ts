import { defineConfig } from "vite";

// `npm run dev` serves the page and passes API calls on to a running gateway.
export default defineConfig({
  server: { proxy: { "/v1": { target: "http://127.0.0.1:8080", ws: true } } },
  // The gateway's content security policy allows files only, so nothing may become a data: URL.
  build: { assetsInlineLimit: 0 },
});
