// Measures the pipeline over traffic of its own making: whole processes, CPU seconds of user and system together, medians of
// runs taken in turn with tcpdump's on the same file, because a machine's speed drifts. `npm run bench [SHAPE…]`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HANDSHAKES, writeHandshakes } from "./handshake-traffic.js";
import { H2C, writeHttp2 } from "./http2-traffic.js";
import { OPERATIONS, writeOperations } from "./operation-traffic.js";
import { SHAPES, type TrafficShape, writeTraffic } from "./traffic.js";
import { WEBSOCKET, writeWebsocket } from "./websocket-traffic.js";

const RUNS = Number(process.env.EASTWATCH_BENCH_RUNS ?? 3);
/** Each stage stands for itself and all before it; `calls` writes calls.ndjson as `analyze` does. */
const STAGES = ["read", "decode", "flow", "protocol", "whole", "calls"] as const;
const RUNNER = join(import.meta.dirname, "run-pipeline.js");
/** A capture of no frame, draft-ietf-opsawg-pcap: what every stage costs before its first. */
const EMPTY_CAPTURE = Buffer.from("d4c3b2a10200040000000000000000000000040001000000", "hex");

interface Timing {
  readonly cpuSeconds: number;
  readonly output: string;
}

function main(): void {
  const wanted = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-bench-"));
  try {
    const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
    for (const shape of SHAPES) if (isWanted(shape.name)) measure(folder, shape, (file) => writeTraffic(file, shape));
    if (isWanted(HANDSHAKES.name)) measure(folder, HANDSHAKES, writeHandshakes);
    if (isWanted(H2C.name)) measure(folder, H2C, writeHttp2);
    for (const shape of OPERATIONS)
      if (isWanted(shape.name)) measure(folder, shape, (file) => writeOperations(file, shape));
    if (isWanted(WEBSOCKET.name)) measure(folder, WEBSOCKET, writeWebsocket);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(folder: string, shape: Pick<TrafficShape, "name" | "what">, write: (file: string) => void): void {
  const file = join(folder, `${shape.name}.pcap`);
  write(file);
  const bytes = statSync(file).size;
  console.log(`\n${shape.name}: ${shape.what}, ${(bytes / 1e6).toFixed(0)} MB`);
  console.log("  stage      CPU s     MB/s   packets/s    calls/s  CPU s/GB  peak MB  x tcpdump");
  const empty = join(folder, "empty.pcap");
  writeFileSync(empty, EMPTY_CAPTURE);
  const commands = new Map<string, readonly string[]>([["start", [process.execPath, RUNNER, "whole", empty, folder]]]);
  for (const stage of STAGES) commands.set(stage, [process.execPath, RUNNER, stage, file, folder]);
  if (hasCommand("tcpdump")) commands.set("tcpdump", ["tcpdump", "-nr", file, "-w", "/dev/null"]);
  if (hasCommand("tshark")) commands.set("tshark", ["tshark", "-nr", file, "-T", "fields", "-e", "http.request.uri"]);
  const timings = new Map<string, Timing[]>();
  for (let run = 0; run < RUNS; run++) {
    for (const [name, command] of commands) {
      if (name === "tshark" && run > 0) continue;
      timings.set(name, [...(timings.get(name) ?? []), time(command)]);
    }
  }
  const base = timings.get("tcpdump");
  for (const [name, taken] of timings) console.log(row(name, taken, name === "start" ? undefined : bytes, base));
  rmSync(file);
}

/** `bytes` of the capture it went over; undefined where that was empty. */
function row(
  name: string,
  taken: readonly Timing[],
  bytes: number | undefined,
  base: readonly Timing[] | undefined,
): string {
  const cpu = median(taken.map((timing) => timing.cpuSeconds));
  const ratio =
    base === undefined ? "" : median(taken.map((timing, run) => timing.cpuSeconds / base[run].cpuSeconds)).toFixed(2);
  const figures = taken[0].output.startsWith("{") ? JSON.parse(taken[0].output) : {};
  const rate = (count: number | undefined) =>
    count === undefined || bytes === undefined ? "" : Math.round(count / cpu).toLocaleString("en");
  const cells = [
    cpu.toFixed(2).padStart(8),
    (bytes === undefined ? "" : (bytes / 1e6 / cpu).toFixed(0)).padStart(8),
    rate(figures.frames).padStart(11),
    rate(figures.calls).padStart(10),
    (bytes === undefined ? "" : (cpu / (bytes / 1e9)).toFixed(2)).padStart(9),
    (figures.peakBytes === undefined ? "" : (figures.peakBytes / 1e6).toFixed(0)).padStart(8),
    ratio.padStart(10),
  ];
  return `  ${name.padEnd(8)}${cells.join(" ")}`;
}

/** CPU of the whole process, start-up included, as the shell's `time` tells it. */
function time(command: readonly string[]): Timing {
  const script = 'TIMEFORMAT="%U %S"; time "$@" 2>/dev/null';
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bench", ...command], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}: ${stderr}`);
  const [user, system] = stderr.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return { cpuSeconds: user + system, output: stdout };
}

function hasCommand(name: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, name)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

main();
