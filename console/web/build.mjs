// Bundles the page into dist/console/web.
import { copyFileSync, mkdirSync } from "node:fs";
import { build } from "esbuild";

const out = "dist/console/web";
mkdirSync(out, { recursive: true });
await build({
  entryPoints: { app: "console/web/main.tsx" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  outdir: out,
  logLevel: "warning",
});
for (const file of ["index.html", "icon.svg"]) copyFileSync(`console/web/${file}`, `${out}/${file}`);
