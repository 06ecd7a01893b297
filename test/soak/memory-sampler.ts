// Loaded into every thread of the programs under `soak` (`--import`): what memory each has, as lines of JSON, every ten seconds.
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread, threadId } from "node:worker_threads";
import { type MemorySample, SAMPLE_FILE, SAMPLE_MILLIS, SAMPLE_NAME, SAMPLES_AFTER_GC } from "./memory-sample.js";

const [file, name] = [process.env[SAMPLE_FILE], process.env[SAMPLE_NAME] ?? ""];
const collect = process.env[SAMPLES_AFTER_GC] === undefined ? () => {} : collector();
const program = basename(process.argv[1] ?? "", ".js");
const tell = (path: string): void => {
  const samples = isMainThread ? [sample(), ...captures()] : [sample()];
  appendFileSync(path, samples.map((one) => `${JSON.stringify(one)}\n`).join(""));
};
if (file !== undefined) setInterval(() => tell(file), SAMPLE_MILLIS).unref();

function sample(): MemorySample {
  collect();
  const { used_heap_size, total_heap_size, external_memory, malloced_memory } = getHeapStatistics();
  const { arrayBuffers, rss } = process.memoryUsage();
  return {
    atMillis: Date.now(),
    part: `${name} ${program === "eastwatch" ? "" : program}`.trim(),
    threadId,
    processId: process.pid,
    residentBytes: rss,
    anonymousBytes: statusBytes("self", "RssAnon"),
    heapUsedBytes: used_heap_size,
    heapTotalBytes: total_heap_size,
    externalBytes: external_memory,
    arrayBufferBytes: arrayBuffers,
    mallocedBytes: malloced_memory,
    cpuMillis: (process.cpuUsage().user + process.cpuUsage().system) / 1_000,
  };
}

/** A capture process stays in native code and runs no timers: its parent looks. */
function captures(): MemorySample[] {
  const children = readdirSync("/proc/self/task").flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, "latin1").split(" "),
  );
  const isCapture = (id: string): boolean =>
    id !== "" && readFileSync(`/proc/${id}/cmdline`, "latin1").includes("capture-process");
  return children.filter(isCapture).map((id) => ({
    atMillis: Date.now(),
    part: `${name} capture-process`,
    threadId: 0,
    processId: Number(id),
    residentBytes: statusBytes(id, "VmRSS"),
    anonymousBytes: statusBytes(id, "RssAnon"),
    ...{ heapUsedBytes: 0, heapTotalBytes: 0, externalBytes: 0, arrayBufferBytes: 0, mallocedBytes: 0 },
    cpuMillis: cpuMillisOf(id),
  }));
}

/** `RssAnon` is what is resident, without what is a file's: pages of the program and of SQLite's shared memory. */
function statusBytes(id: string, field: string): number {
  return (
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${id}/status`, "latin1"))?.[1] ?? 0) *
    1_024
  );
}

/** Fields 14 and 15 of proc_pid_stat(5), in hundredths of a second. */
function cpuMillisOf(id: string): number {
  const fields = readFileSync(`/proc/${id}/stat`, "latin1").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
