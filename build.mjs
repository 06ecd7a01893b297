// Builds everything into dist/: protobuf code, the program, the console's page.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync } from "node:fs";

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
if (existsSync("dist/eastwatch.js")) chmodSync("dist/eastwatch.js", 0o755);
