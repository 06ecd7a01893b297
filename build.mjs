// Builds everything into dist/: protobuf code, the program, the console's page.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { build } from "esbuild";

const run = (command, ...parameters) => execFileSync(`node_modules/.bin/${command}`, parameters, { stdio: "inherit" });

if (existsSync("shared/event.proto")) {
  mkdirSync("shared/generated", { recursive: true });
  const options = ["-t", "static-module", "-w", "es6", "--es6", "--no-delimited", "--no-verify", "--force-number"];
  run("pbjs", ...options, "-o", "shared/generated/event.js", "shared/event.proto");
  run("pbts", "-o", "shared/generated/event.d.ts", "shared/generated/event.js");
}
run("tsc", "-p", "tsconfig.json");
await import("./sensor/capture/native/build.mjs");
await joinModules(["sensor/command/analyze.js", "test/bench/run-pipeline.js"]);
if (existsSync("shared/generated")) cpSync("shared/generated", "dist/shared/generated", { recursive: true });
if (existsSync("console/web/build.mjs")) await import("./console/web/build.mjs");
if (existsSync("demo/recorded.pcap.gz")) cpSync("demo/recorded.pcap.gz", "dist/demo/recorded.pcap.gz");
if (existsSync("dist/eastwatch.js")) chmodSync("dist/eastwatch.js", 0o755);

/**
 * Joins what these modules import of the pipeline into themselves: loading some 150 files one by one takes a third of the start-up.
 * Only `sensor/` is joined: what others import too, such as the errors they ask `instanceof` of, must exist once.
 */
async function joinModules(entries) {
  for (const entry of entries) {
    const options = {
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      allowOverwrite: true,
      minifyWhitespace: true,
    };
    await build({
      ...options,
      entryPoints: [`dist/${entry}`],
      outfile: `dist/${entry}`,
      plugins: [only("dist/sensor", entry)],
    });
  }
}

/** Joins what lies under `folder` and is imported at once; all else stays an import, as seen from where `entry` lies. */
function only(folder, entry) {
  const joined = resolve(folder) + sep;
  const home = dirname(resolve("dist", entry));
  return {
    name: "only",
    setup: (bundle) =>
      bundle.onResolve({ filter: /./ }, ({ path, resolveDir, kind }) => {
        if (kind === "entry-point") return undefined;
        if (!path.startsWith(".")) return { path, external: true };
        const target = resolve(resolveDir, path);
        if (target.startsWith(joined) && kind !== "dynamic-import") return undefined;
        return { path: `./${relative(home, target)}`, external: true };
      }),
  };
}
