// Joins a program into one file and compiles its bytecode; `program/start-bundle.ts` runs both and says why.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { build } from "esbuild";

/** Joined too, for they are asked for at every start; all other packages stay where they are. */
const JOINED_PACKAGES = new Set(["commander", "yaml", "zod"]);

/** Writes `dist/NAME.bundle` from `dist/NAME.js`. */
export async function writeBundle(name) {
  const { outputFiles } = await build({
    entryPoints: [`dist/${name}.js`],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    charset: "ascii",
    // What is imported later is joined as well, or required: a script of `node:vm` imports no modules.
    supported: { "dynamic-import": false },
    plugins: [packagesStay, placesOfModules(dirname(resolve("dist", name)))],
  });
  const code = outputFiles[0].text;
  const id = createHash("sha256").update(code).digest("hex");
  const head = `//${id}\n(function (require, folder) { "use strict"; const module = { exports: {} };`;
  writeFileSync(`dist/${name}.bundle`, `${head}\n${code}\n})`);
}

const packagesStay = {
  name: "packages-stay",
  setup: (bundle) =>
    bundle.onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
      kind === "entry-point" || JOINED_PACKAGES.has(path) ? undefined : { path, external: true },
    ),
};

/** `import.meta.url` is the bundle's in a bundle: each module gets the address it has without one. */
function placesOfModules(home) {
  return {
    name: "places-of-modules",
    setup: (bundle) =>
      bundle.onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        if (!text.includes("import.meta.url")) return undefined;
        const place = `new URL(${JSON.stringify(relative(home, path))}, folder).href`;
        return { contents: text.replaceAll("import.meta.url", place), loader: "js" };
      }),
  };
}
