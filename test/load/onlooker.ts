import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Namespaces } from "../support/namespaces.js";
import { PROGRAM, Running } from "../support/program.js";
import { BUFFER_BYTES } from "./capture-tool.js";

/** Somebody who looks on while a service serves. */
export interface Look {
  readonly name: string;
  /** Resolves once it looks; `folder` is its own. */
  start(spaces: Namespaces, folder: string): Promise<Looking>;
}

export interface Looking {
  /** CPU time so far, children's included. */
  cpuNanos(): number;
  /** Ends it; what share of what there was it did not see, undefined where it can't be told. `served` is how much was asked. */
  end(served: number): Promise<number | undefined>;
}

const SETTLE_MILLIS = 1_500;

export const NOBODY: Look = {
  name: "nobody",
  start: async () => ({ cpuNanos: () => 0, end: async () => undefined }),
};

const BUFFER_MEBIBYTES = BUFFER_BYTES >> 20;

/** Into nothing, so that no disk has a part in it. */
export const TCPDUMP = dumper(
  "tcpdump",
  ["-i", "ews", "-B", String(BUFFER_BYTES >> 10), "-s", "262144", "-w", "/dev/null", "tcp"],
  /(\d+) packets? captured[\s\S]*?(\d+) packets? dropped by kernel/,
);

export const DUMPCAP = dumper(
  "dumpcap",
  ["-q", "-i", "ews", "-B", String(BUFFER_MEBIBYTES), "-s", "262144", "-w", "/dev/null", "-f", "tcp"],
  /received\/dropped on interface [^:]*: (\d+)\/(\d+)/,
);

/** `told` finds what it says at its end of packets it had and packets that were dropped. */
function dumper(name: string, words: readonly string[], told: RegExp): Look {
  return {
    name,
    async start(spaces) {
      const running = new Running(...spaces.inside(spaces.server, name, ...words));
      await running.says(/listening on|File: /);
      return {
        cpuNanos: () => cpuNanosOf(running.child.pid ?? 0),
        async end() {
          await running.end("SIGINT");
          const [, taken, dropped] = (told.exec(running.text) ?? []).map(Number);
          return dropped / (taken + dropped);
        },
      };
    },
  };
}

/** All of the sensor: capture, analysis, inventory. Paths among its flags are of its folder. */
export function sensor(name: string, flags: readonly string[]): Look {
  return {
    name,
    async start(spaces, folder) {
      const database = join(folder, "sensor.sqlite");
      const own = flags.map((flag) => (flag.startsWith("-") ? flag : join(folder, flag)));
      const words = ["sensor", "-i", "ews", "--database", database, "--listen", "", ...own];
      const running = new Running(...spaces.inside(spaces.server, process.execPath, PROGRAM, ...words));
      await running.says(/eastwatch .* runs on ews/);
      return {
        cpuNanos: () => cpuNanosOf(running.child.pid ?? 0),
        async end(served) {
          await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
          await running.end();
          return Math.max(0, 1 - callsIn(database) / served);
        },
      };
    },
  };
}

function callsIn(path: string): number {
  const database = new Database(path, { readonly: true });
  const calls = database.prepare("SELECT sum(json_extract(record, '$.calls')) FROM service").pluck().get();
  database.close();
  return Number(calls ?? 0);
}

/** Of a process and those it started. The kernel counts it to the nanosecond. */
export function cpuNanosOf(pid: number): number {
  const folder = `/proc/${pid}/task`;
  let total = 0;
  for (const task of readdirSync(folder)) {
    total += Number(readFileSync(`${folder}/${task}/schedstat`, "utf8").split(" ")[0]);
    const children = readFileSync(`${folder}/${task}/children`, "utf8").trim();
    for (const child of children === "" ? [] : children.split(" ")) total += cpuNanosOf(Number(child));
  }
  return total;
}
