/** Builds the client into the Python package: one library file, and the pages that import it. */

import { copyFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const outDir = fileURLToPath(new URL("../../src/rendercanvas_rfb/_web/", import.meta.url));
const { version } = JSON.parse(await readFile(`${root}package.json`, "utf8"));

/** What every build shares. File names carry no hash: the server decides how long they are kept. */
function options(entry, external) {
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    define: { CLIENT_VERSION: JSON.stringify(version) },
    worker: { format: "iife" },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      minify: true,
      lib: { entry, formats: ["es"], fileName: (_, name) => `${name}.js` },
      rollupOptions: { external: external.map(({ from }) => from), output: { paths: pathsOf(external) } },
    },
  };
}

function pathsOf(external) {
  return (id) => external.find(({ from }) => from.test(id))?.to ?? id;
}

await rm(outDir, { recursive: true, force: true });
await mkdir(outDir, { recursive: true });
await build(options({ "rfb-view": `${root}src/main.ts` }, []));
await build(options({ anywidget: `${root}src/anywidget/index.ts` }, []));
const library = { from: /\/main$/, to: "./rfb-view.js" };
await build(options({ page: `${root}src/pages/page.ts` }, [library]));
await build(options({ index: `${root}src/pages/index.ts` }, [library]));
for (const name of await readdir(`${root}public`))
  await copyFile(`${root}public/${name}`, `${outDir}${name}`);
for (const name of (await readdir(outDir)).sort()) console.log(`_web/${name}`);
