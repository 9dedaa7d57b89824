/** Type declarations of a package: what its entries need, with the file names that Node's resolution asks for. */

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix, relative, sep } from "node:path";

const RELATIVE_IMPORT = /((?:from|import)\s*\(?\s*")(\.[^"]+)(")/g;

/** Removes the declarations in `folder` that no entry imports, and gives relative imports their `.js`. */
export async function keepReachable(folder, entries) {
  const kept = new Set();
  const waiting = [...entries];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (kept.has(name)) continue;
    kept.add(name);
    const text = await readFile(join(folder, name), "utf8");
    for (const [, , target] of text.matchAll(RELATIVE_IMPORT))
      waiting.push(posix.join(posix.dirname(name), `${target}.d.ts`));
    await writeFile(join(folder, name), text.replace(RELATIVE_IMPORT, "$1$2.js$3"));
  }
  for (const path of await declarations(folder)) if (!kept.has(path)) await rm(join(folder, path));
}

async function declarations(folder) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) =>
      relative(folder, join(file.parentPath ?? dirname(file.path), file.name))
        .split(sep)
        .join("/"),
    );
}
