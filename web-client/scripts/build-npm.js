/** Builds the npm package into `dist/npm/`: modules that share one core, the worker as a file, and type declarations. */

import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import { keepReachable } from "./declarations.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const outDir = `${root}dist/npm/`;
const typesDir = `${outDir}types/`;
const ENTRIES = ["index", "element", "react", "svelte", "solid"];
const FRAMEWORKS = [/^react(\/|$)/, /^svelte(\/|$)/, /^solid-js(\/|$)/];

/** The version of the Python package, which this one is a part of. */
async function pythonVersion() {
  const source = await readFile(`${root}../src/rendercanvas_rfb/_version.py`, "utf8");
  const version = /^__version__ = "(.+)"$/m.exec(source)?.[1];
  if (version === undefined) throw new Error("_version.py has no __version__");
  return version;
}

/** Has `view/worker-client.ts` take its worker from a module in which pages can say where that is. */
function workerSource() {
  let used = false;
  return {
    name: "worker-source",
    enforce: "pre",
    resolveId(id, importer) {
      if (!id.endsWith("?worker&inline") || importer?.endsWith("/wrappers/worker-source.ts")) return null;
      used = true;
      return `${root}src/wrappers/worker-source.ts`;
    },
    buildEnd() {
      if (!used) this.error("no view imports an inlined worker: setWorkerUrl() would do nothing");
    },
  };
}

function options(version, lib, { plugins = [], minify = false }) {
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    define: { CLIENT_VERSION: JSON.stringify(version) },
    // Bundlers of applications minify the modules, but not what is inlined in them.
    worker: { format: "iife", rolldownOptions: { output: { minify: true } } },
    plugins,
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      minify,
      lib,
      rollupOptions: { external: FRAMEWORKS, output: { chunkFileNames: "chunks/[name].js" } },
    },
  };
}

async function buildModules(version) {
  const entry = Object.fromEntries(ENTRIES.map((name) => [name, `${root}src/wrappers/${name}.ts`]));
  await build(options(version, { entry, formats: ["es"] }, { plugins: [workerSource()] }));
  const worker = {
    entry: `${root}src/worker/index.ts`,
    formats: ["iife"],
    name: "RfbWorker",
    fileName: () => "worker.js",
  };
  await build(options(version, worker, { minify: true }));
}

async function buildTypes() {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const flags = [
    "--noEmit",
    "false",
    "--declaration",
    "--emitDeclarationOnly",
    "--rootDir",
    "src",
    "--outDir",
    typesDir,
  ];
  await promisify(execFile)(process.execPath, [tsc, "-p", "tsconfig.npm.json", ...flags], { cwd: root });
  await keepReachable(
    typesDir,
    ENTRIES.map((name) => `wrappers/${name}.d.ts`),
  );
}

async function writeManifest(version) {
  const { name, ...manifest } = JSON.parse(await readFile(`${root}npm/package.json`, "utf8"));
  await writeFile(`${outDir}package.json`, `${JSON.stringify({ name, version, ...manifest }, null, 2)}\n`);
  await cp(`${root}npm/README.md`, `${outDir}README.md`);
  await cp(`${root}../LICENSE`, `${outDir}LICENSE`);
}

const version = await pythonVersion();
await rm(outDir, { recursive: true, force: true });
await mkdir(outDir, { recursive: true });
await buildModules(version);
await buildTypes();
await writeManifest(version);
