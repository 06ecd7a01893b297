// Runs everything that is tested and ends with `N passed, N failed`. With names as parameters: only files that contain one.
import { type ChildProcess, type ExecFileOptionsWithStringEncoding, execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL(".", import.meta.url));
/** So many files run side by side: some start programs and browsers of their own, which need memory. */
const MAX_AT_ONCE = 8;
/** A file that takes longer hangs; a busy loop hears no gentler signal. Side by side each may take twice as long. */
const TIMEOUT_MILLIS = 5 * 60_000;
const MAX_OUTPUT_BYTES = 1 << 28;

const CHECKS: readonly (readonly [string, string, readonly string[]])[] = [
  ["lint", "node_modules/.bin/biome", ["check", "."]],
  ["types of the page", "node_modules/.bin/tsc", ["-p", "console/web/tsconfig.json"]],
  ["event.proto", "node_modules/.bin/buf", ["lint", "shared"]],
  [
    "event.proto breaks nothing",
    "node_modules/.bin/buf",
    ["breaking", "shared", "--against", "test/baseline/event.binpb"],
  ],
];

/** Files that need the machine for themselves, and for what. They come last, one at a time; all others run side by side. */
const ALONE: Readonly<Record<string, string>> = {
  "blind-interval": "it holds times that it measures against those of a capture on loopback",
  endurance: "it measures memory under a load that must not be slowed down",
  "grpc-live": "each of thousands of calls must be captured, by a sensor and by tcpdump",
  "http2-live": "each of thousands of calls must be captured, by a sensor and by tcpdump",
  live: "it holds times of starts and kills against those of captures, and no packet may be lost",
  "native-capture": "it fills queues of the kernel to the brim, and no further",
  "operation-live": "each of thousands of calls must be captured, by a sensor and by tcpdump",
  overload: "it measures when a sensor gives up what costs memory and time",
  program: "it installs modules, and installs and packs the program",
  storms: "it measures the memory of a sensor that is fed as fast as it takes it",
  "websocket-live": "each of thousands of messages must be captured, by a sensor and by tcpdump",
};

/** Of those that run side by side the longest: one of them that began last would have all others wait for it. */
const LONGEST = ["resilience", "canary", "browser-page", "operators", "review", "doctor", "browser", "proof"];

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Ended {
  readonly isGood: boolean;
  readonly out: string;
  readonly error: string;
  /** Why it ended where it was not by itself. */
  readonly signal: string | undefined;
}

type Job = () => Promise<Counts>;

const wanted = process.argv.slice(2);
const results: Counts[] = [];
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const files = testFiles();
const atOnce = Math.min(availableParallelism(), MAX_AT_ONCE);
await runAll(atOnce, [
  ...CHECKS.filter(([name]) => isWanted(name)).map(
    ([name, command, parameters]): Job =>
      () =>
        check(name, command, parameters),
  ),
  ...files
    .filter((file) => !(nameOf(file) in ALONE))
    .map(
      (file): Job =>
        () =>
          test(file, TIMEOUT_MILLIS * 2),
    ),
]);
await runAll(
  1,
  files
    .filter((file) => nameOf(file) in ALONE)
    .map(
      (file): Job =>
        () =>
          test(file, TIMEOUT_MILLIS),
    ),
);
const sum = (key: keyof Counts): number => results.reduce((total, counts) => total + counts[key], 0);
if (sum("skipped") > 0) console.log(`\n!! ${sum("skipped")} SKIPPED: see above what and why`);
process.exitCode = sum("failed") > 0 ? 1 : 0;
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);

/** Those that are wanted, the longest first. Throws where a name above is of no file: it was renamed, and would not be alone any more. */
function testFiles(): string[] {
  const all = readdirSync(TESTS).filter((name) => name.endsWith(".test.js"));
  for (const name of [...Object.keys(ALONE), ...LONGEST])
    if (!all.includes(`${name}.test.js`)) throw new Error(`test/run.ts names "${name}", and there is no such test`);
  const longest = LONGEST.map((name) => `${name}.test.js`);
  return [...longest, ...all.filter((file) => !longest.includes(file)).sort()].filter(isWanted);
}

function nameOf(file: string): string {
  return file.slice(0, -".test.js".length);
}

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.some((part) => name.includes(part));
}

/** So many at a time; each begins as soon as one before it has ended. */
async function runAll(atOnce: number, jobs: readonly Job[]): Promise<void> {
  const left = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of left) results.push(await job());
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Runs a command to its end. */
function ended(command: string, parameters: readonly string[], timeout: number): Promise<Ended> {
  const options: ExecFileOptionsWithStringEncoding = {
    encoding: "utf8",
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout,
    killSignal: "SIGKILL",
    env: { ...process.env, TAP_TIMEOUT: "0" },
  };
  return new Promise((resolve) => {
    const child = execFile(command, parameters, options, (fault, out, error) => {
      running.delete(child);
      resolve({ isGood: fault === null, out, error, signal: fault?.signal ?? undefined });
    });
    running.add(child);
  });
}

async function check(name: string, command: string, parameters: readonly string[]): Promise<Counts> {
  const { isGood, out, error } = await ended(command, parameters, TIMEOUT_MILLIS);
  console.log(`${isGood ? "ok  " : "FAIL"} ${name}${isGood ? "" : `\n${out}${error}`}`);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

/** The counts come from TAP's own summary; a file that ends badly without one failure told has failed once. */
async function test(file: string, timeout: number): Promise<Counts> {
  const began = performance.now();
  const { isGood: endedWell, out, error, signal } = await ended(process.execPath, [join(TESTS, file)], timeout);
  const summary = out.match(/^# \{.*\}$/gm)?.at(-1) ?? "";
  const count = (key: string): number => Number(new RegExp(`${key}: (\\d+)`).exec(summary)?.[1] ?? 0);
  const counts = { passed: count("pass"), failed: count("fail"), skipped: count("skip") };
  const isGood = endedWell && counts.failed === 0 && counts.passed > 0;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const how = signal === undefined ? "" : `, ended by ${signal}`;
  const lines = [
    `${isGood ? "ok  " : "FAIL"} ${file} ${counts.passed} passed, ${counts.failed} failed, ${seconds} s${how}`,
    ...[...out.matchAll(/^.*# SKIP.*$/gm)].map(([line]) => `!! ${line.trim()}`),
  ];
  if (!isGood) lines.push(failures(out), error.slice(-4_000));
  // In one piece: others end meanwhile.
  console.log(lines.join("\n"));
  return isGood ? counts : { ...counts, failed: Math.max(1, counts.failed) };
}

/** The failed assertions with what TAP says of them. */
function failures(tap: string): string {
  const blocks = tap.match(/^ *not ok .*(?:\n *---[\s\S]*?\n *\.\.\.)?/gm) ?? [];
  return blocks.slice(0, 20).join("\n").slice(0, 20_000) || tap.slice(-4_000);
}
