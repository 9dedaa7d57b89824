/** Builds the client for the model checker (`tests/model`) into the file that the argument names. */

import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = process.argv[2];
if (output === undefined) throw new Error("usage: node scripts/build-model.js FILE");

/** Which decoders there are is for the checker to say. */
const proof = {
  name: "model-proof",
  enforce: "pre",
  resolveId: (source, importer) =>
    source === "./proof" && importer?.endsWith("/worker/session.ts") ? `${root}tests/model/client.ts` : null,
};

await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: "warn",
  plugins: [proof],
  build: {
    ssr: `${root}tests/model/main.ts`,
    outDir: dirname(output),
    emptyOutDir: false,
    minify: false,
    target: "node20",
    rollupOptions: { output: { entryFileNames: basename(output), format: "es" } },
  },
});
