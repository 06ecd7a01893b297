// Builds everything into dist/: protobuf code, the program, the console's page.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle } from "./build/bundle.mjs";

const run = (command, ...parameters) => execFileSync(`node_modules/.bin/${command}`, parameters, { stdio: "inherit" });

if (existsSync("shared/event.proto")) {
  mkdirSync("shared/generated", { recursive: true });
  const options = ["-t", "static-module", "-w", "es6", "--es6", "--no-delimited", "--no-verify", "--force-number"];
  run("pbjs", ...options, "-o", "shared/generated/event.js", "shared/event.proto");
  run("pbts", "-o", "shared/generated/event.d.ts", "shared/generated/event.js");
}
run("tsc", "-p", "tsconfig.json");
await import("./sensor/capture/native/build.mjs");
if (existsSync("shared/generated")) cpSync("shared/generated", "dist/shared/generated", { recursive: true });
if (existsSync("console/web/build.mjs")) await import("./console/web/build.mjs");
if (existsSync("demo/recorded.pcap.gz")) cpSync("demo/recorded.pcap.gz", "dist/demo/recorded.pcap.gz");
chmodSync("dist/eastwatch.js", 0o755);
await bundlePrograms();

/** Both get the bytecode that a short capture of many protocols makes the engine compile. */
async function bundlePrograms() {
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-build-"));
  try {
    await writeBundle("program/command-line");
    await writeBundle("test/bench/pipeline-run");
    compile("program/command-line", "analyze", "dist/demo/recorded.pcap.gz", "--out", folder);
    compile("test/bench/pipeline-run", "calls", "dist/demo/recorded.pcap.gz", folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compile(...parameters) {
  execFileSync(process.execPath, ["build/compile.mjs", ...parameters], { stdio: ["ignore", "ignore", "inherit"] });
}
