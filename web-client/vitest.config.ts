import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Solid has another build for servers, which Node would take.
    alias: [
      { find: /^solid-js$/, replacement: "solid-js/dist/solid.js" },
      { find: /^solid-js\/web$/, replacement: "solid-js/web/dist/web.js" },
    ],
    server: { deps: { inline: [/solid-js/] } },
  },
});
