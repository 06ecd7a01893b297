// What capturing costs and loses at rising packet rates, beside dumpcap and tcpdump with the same buffer on the same interface:
// `capture-rates`. Needs root, dumpcap, tcpdump and tcpreplay. Makes network namespaces of its own; takes under three minutes.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PcapOutput } from "../bench/pcap-output.js";
import { IS_ROOT, ip, Namespaces } from "../support/namespaces.js";
import { DUMPCAP_TO_PIPE, dumpcapInto, ours, TCPDUMP, type Tool } from "./capture-tool.js";

const TOOLS: readonly Tool[] = [dumpcapInto("/dev/null"), TCPDUMP, ours("eastwatch", "native"), ours("cap", "cap")];
const ROUNDS = 2;
const SECONDS = 1;
const PORT = 40_009;
/** Nothing else goes by on this port: what was sent is exactly what is to be seen. */
const FILTER = `udp port ${PORT}`;
const SETTLE_MILLIS = 200;
/** Longer than any of them keeps frames back: tcpdump asks the kernel for a second. */
const HELD_MILLIS = 1_200;
/** Larger than any link's frames: there the copy to a reader or a file, which writing into nothing saves, is most of the cost. */
const SUPER_BYTES = 16_000;
const AIM = 1.3;
const FILE_FRAMES = 1_000;
const WIDTH = 13;
const COLUMNS = [
  "packets/s",
  "bytes",
  "by",
  "sent",
  "delivered",
  "told lost",
  "really lost",
  "µs/packet",
  "of dumpcap",
];

const execute = promisify(execFile);

interface Load {
  readonly perSecond: number;
  readonly frameBytes: number;
}

const LOADS: readonly Load[] = [
  { perSecond: 1_000, frameBytes: 300 },
  { perSecond: 10_000, frameBytes: 300 },
  { perSecond: 100_000, frameBytes: 300 },
  { perSecond: 200_000, frameBytes: 300 },
  { perSecond: 800_000, frameBytes: 300 },
  { perSecond: 5_000, frameBytes: 60_000 },
];

interface Row {
  readonly tool: string;
  /** What the sender came to. */
  readonly perSecond: number;
  readonly sent: number;
  readonly delivered: number;
  readonly reportedLost: number | undefined;
  readonly cpuMicros: number;
}

function frameOf(bytes: number): Buffer {
  const frame = Buffer.alloc(bytes);
  // To a host that is not there: the other end's stack throws it away after the capture.
  Buffer.from("0200000000020200000000010800", "hex").copy(frame);
  Buffer.from("45000000000000004011000000000000", "hex").copy(frame, 14);
  frame.writeUInt16BE(bytes - 14, 16);
  Buffer.from([10, 98, 0, 1, 10, 98, 0, 9]).copy(frame, 26);
  frame.writeUInt16BE(PORT, 34);
  frame.writeUInt16BE(PORT, 36);
  frame.writeUInt16BE(bytes - 34, 38);
  return frame;
}

/** Sends at the rate, or as near to it as this host comes. */
async function send(
  spaces: Namespaces,
  path: string,
  { perSecond }: Load,
): Promise<{ readonly sent: number; readonly perSecond: number }> {
  const loops = String((perSecond * SECONDS) / FILE_FRAMES);
  const flags = ["-i", "ewc", "-K", "--pps", String(perSecond), "--loop", loops, path];
  const { stdout } = await execute(...spaces.inside(spaces.client, "tcpreplay", ...flags));
  const sent = /Successful packets:\s+(\d+)/.exec(stdout);
  const rate = /([\d.]+) pps/.exec(stdout);
  if (sent === null || rate === null) throw new Error(`tcpreplay said: ${stdout}`);
  return { sent: Number(sent[1]), perSecond: Number(rate[1]) };
}

async function measureOnce(spaces: Namespaces, tool: Tool, load: Load, path: string): Promise<Row> {
  const capturing = await tool.start(spaces.server, "ews", FILTER);
  await wait(SETTLE_MILLIS);
  const cpuBefore = capturing.cpuNanos();
  const { sent, perSecond } = await send(spaces, path, load);
  await wait(HELD_MILLIS);
  const cpuNanos = capturing.cpuNanos() - cpuBefore;
  const { delivered, reportedLost } = await capturing.end();
  return { tool: tool.name, perSecond, sent, delivered, reportedLost, cpuMicros: cpuNanos / 1_000 / delivered };
}

/** What other work on this host costs comes on top: the smallest of the CPU times is the nearest one. */
async function measure(spaces: Namespaces, load: Load, path: string): Promise<Row[]> {
  const dumpcaps = [dumpcapInto(`${path}.dumpcap`), DUMPCAP_TO_PIPE];
  const tools = load.frameBytes > SUPER_BYTES ? [...TOOLS, ...dumpcaps] : TOOLS;
  const rounds: Row[][] = tools.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, tool] of tools.entries()) rounds[index].push(await measureOnce(spaces, tool, load, path));
  }
  return rounds.map(sumUp);
}

function sumUp(rows: readonly Row[]): Row {
  const sum = (figure: (row: Row) => number): number => rows.reduce((total, row) => total + figure(row), 0);
  return {
    tool: rows[0].tool,
    perSecond: Math.round(sum((row) => row.perSecond) / rows.length),
    sent: sum((row) => row.sent),
    delivered: sum((row) => row.delivered),
    reportedLost: rows[0].reportedLost === undefined ? undefined : sum((row) => row.reportedLost ?? 0),
    cpuMicros: Math.min(...rows.map((row) => row.cpuMicros)),
  };
}

function wait(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

function show({ frameBytes }: Load, rows: readonly Row[]): void {
  const [{ cpuMicros: measure }] = rows;
  for (const { tool, perSecond, sent, delivered, reportedLost, cpuMicros } of rows) {
    const cells = [perSecond, frameBytes, tool, sent, delivered, reportedLost ?? "unknown", sent - delivered];
    const cpu = [cpuMicros.toFixed(3), (cpuMicros / measure).toFixed(2)];
    process.stdout.write(`${[...cells, ...cpu].map((cell) => String(cell).padStart(WIDTH)).join("")}\n`);
  }
}

/** What went against the aims; empty where nothing did. A host that is busy otherwise keeps readers waiting, and so makes losses. */
function faults({ perSecond, frameBytes }: Load, [intoNothing, , native, , intoFile]: readonly Row[]): string[] {
  const at = `at ${perSecond} packets of ${frameBytes} bytes a second`;
  const lost = native.sent - native.delivered;
  const measure = intoFile ?? intoNothing;
  const found: string[] = [];
  if (lost > 0 && measure.sent === measure.delivered) found.push(`${at} eastwatch lost ${lost}, ${measure.tool} none`);
  if (lost !== native.reportedLost) found.push(`${at} eastwatch lost ${lost} and reported ${native.reportedLost}`);
  const ratio = native.cpuMicros / measure.cpuMicros;
  if (ratio > AIM) found.push(`${at} eastwatch took ${ratio.toFixed(2)} times the CPU of ${measure.tool}, aim ${AIM}`);
  return found;
}

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-rates-"));
  const spaces = new Namespaces("rates");
  const found: string[] = [];
  try {
    for (const [space, name] of [
      [spaces.client, "ewc"],
      [spaces.server, "ews"],
    ])
      ip("-n", space, "link", "set", name, "mtu", "65000");
    process.stdout.write(`${COLUMNS.map((name) => name.padStart(WIDTH)).join("")}\n`);
    for (const load of LOADS) {
      const path = join(folder, `${load.frameBytes}.pcap`);
      const file = new PcapOutput(path);
      for (let index = 0; index < FILE_FRAMES; index++) file.frame(frameOf(load.frameBytes));
      file.close();
      const rows = await measure(spaces, load, path);
      show(load, rows);
      found.push(...faults(load, rows));
    }
  } finally {
    spaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(found.length === 0 ? "All aims are met.\n" : `${found.join("\n")}\n`);
}

const missing = ["dumpcap", "tcpdump", "tcpreplay", "ip"].filter((name) => spawnSync("which", [name]).status !== 0);
if (!IS_ROOT) process.stderr.write("SKIPPED: capturing and network namespaces need root\n");
else if (missing.length > 0)
  process.stderr.write(`SKIPPED: not there: ${missing.join(", ")} (apt-get install tshark tcpdump tcpreplay)\n`);
else await run();
