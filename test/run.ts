// Runs everything that is tested and ends with `N passed, N failed`. With names as parameters: only files that contain one.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL(".", import.meta.url));
/** A file that takes longer hangs; a busy loop hears no gentler signal. */
const TIMEOUT_MILLIS = 5 * 60_000;

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

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const wanted = process.argv.slice(2);
const results: Counts[] = [];
for (const [name, command, parameters] of CHECKS) if (isWanted(name)) results.push(check(name, command, parameters));
for (const file of readdirSync(TESTS)
  .filter((name) => name.endsWith(".test.js"))
  .sort()) {
  if (isWanted(file)) results.push(test(file));
}
const sum = (key: keyof Counts): number => results.reduce((total, counts) => total + counts[key], 0);
if (sum("skipped") > 0) console.log(`\n!! ${sum("skipped")} SKIPPED: see above what and why`);
process.exitCode = sum("failed") > 0 ? 1 : 0;
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.some((part) => name.includes(part));
}

function check(name: string, command: string, parameters: readonly string[]): Counts {
  const { status, stdout, stderr } = spawnSync(command, parameters, { encoding: "utf8" });
  const isGood = status === 0;
  console.log(`${isGood ? "ok  " : "FAIL"} ${name}`);
  if (!isGood) console.log(`${stdout}${stderr}`);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

/** The counts come from TAP's own summary; a file that ends badly without one failure told has failed once. */
function test(file: string): Counts {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(TESTS, file)], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: TIMEOUT_MILLIS,
    killSignal: "SIGKILL",
    env: { ...process.env, TAP_TIMEOUT: "0" },
  });
  const summary = stdout.match(/^# \{.*\}$/gm)?.at(-1) ?? "";
  const count = (key: string): number => Number(new RegExp(`${key}: (\\d+)`).exec(summary)?.[1] ?? 0);
  const counts = { passed: count("pass"), failed: count("fail"), skipped: count("skip") };
  const isGood = status === 0 && counts.failed === 0 && counts.passed > 0;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${isGood ? "ok  " : "FAIL"} ${file} ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`);
  for (const [line] of stdout.matchAll(/^.*# SKIP.*$/gm)) console.log(`!! ${line.trim()}`);
  if (isGood) return counts;
  console.log(failures(stdout));
  console.log(stderr.slice(-4_000));
  return { ...counts, failed: Math.max(1, counts.failed) };
}

/** The failed assertions with what TAP says of them. */
function failures(tap: string): string {
  const blocks = tap.match(/^ *not ok .*(?:\n *---[\s\S]*?\n *\.\.\.)?/gm) ?? [];
  return blocks.slice(0, 20).join("\n").slice(0, 20_000) || tap.slice(-4_000);
}
