import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CaptureReader } from "../../sensor/capture/capture-reader.js";
import type { CaptureRequest, Implementation } from "../../sensor/capture/capture-request.js";

const CAPTURE = fileURLToPath(new URL("../../sensor/capture/capture-process.js", import.meta.url));
export const BUFFER_BYTES = 32 * 1024 * 1024;
const SNAP_LENGTH = 262_144;

/** What one capture saw, as far as it tells. */
export interface Seen {
  readonly delivered: number;
  /** Undefined where it does not know. */
  readonly reportedLost: number | undefined;
}

/** A capture that runs. */
export interface Capturing {
  /** CPU time of the process so far, in nanoseconds. */
  cpuNanos(): number;
  /** Ends it. */
  end(): Promise<Seen>;
}

export interface Tool {
  readonly name: string;
  /** Resolves once it captures. */
  start(space: string, interfaceName: string, filter: string): Promise<Capturing>;
}

/** Tools whose output nobody reads and which say at their end how many packets they had. */
function external(name: string, words: readonly string[], ready: RegExp, delivered: RegExp, lost: RegExp): Tool {
  return {
    name,
    async start(space, interfaceName, filter) {
      const command = words.map((word) => (word === "INTERFACE" ? interfaceName : word === "FILTER" ? filter : word));
      const child = spawn("ip", ["netns", "exec", space, ...command], { stdio: ["ignore", "ignore", "pipe"] });
      let text = "";
      await new Promise<void>((resolve, reject) => {
        child.stderr.on("data", (bytes: Buffer) => {
          text += bytes.toString();
          if (ready.test(text)) resolve();
        });
        child.once("exit", () => reject(new Error(`${name} ended: ${text}`)));
      });
      return {
        cpuNanos: () => cpuNanosOf(child),
        async end() {
          await ended(child, () => child.kill("SIGINT"));
          const [captured, dropped] = [delivered.exec(text), lost.exec(text)];
          if (captured === null || dropped === null) throw new Error(`${name} said: ${text}`);
          return { delivered: Number(captured[1]), reportedLost: Number(dropped[1]) };
        },
      };
    },
  };
}

/** Into a file as it is used, or into "/dev/null", which costs no copy. */
export function dumpcapInto(path: string): Tool {
  return external(
    path === "/dev/null" ? "dumpcap" : "dumpcap -w F",
    [
      ...["dumpcap", "-q", "-i", "INTERFACE", "-f", "FILTER", "-B", String(BUFFER_BYTES >> 20)],
      ...["-s", String(SNAP_LENGTH), "-w", path],
    ],
    /File: /,
    /Packets captured: (\d+)/,
    /Packets received\/dropped on interface '\w+': \d+\/(\d+)/,
  );
}

export const TCPDUMP = external(
  "tcpdump",
  [
    ...["tcpdump", "-i", "INTERFACE", "-B", String(BUFFER_BYTES >> 10), "-s", String(SNAP_LENGTH)],
    ...["-w", "/dev/null", "FILTER"],
  ],
  /listening on/,
  /(\d+) packets? captured/,
  /(\d+) packets? dropped by kernel/,
);

/** As `dumpcap -w /dev/null`, but what it writes is read by somebody, as what the sensor's own process writes is. */
export const DUMPCAP_TO_PIPE = streaming("dumpcap -w -", (interfaceName, filter) => [
  "dumpcap",
  ...["-q", "-i", interfaceName, "-f", filter, "-B", String(BUFFER_BYTES >> 20), "-s", String(SNAP_LENGTH), "-w", "-"],
]);

/** The capture process of the sensor. */
export function ours(name: string, implementation: Implementation): Tool {
  return streaming(name, (interfaceName, filter) => {
    const request: CaptureRequest = {
      ...{ interface: interfaceName, filter, bufferBytes: BUFFER_BYTES, snapLength: SNAP_LENGTH },
      ...{ promiscuous: true, implementation },
    };
    return [process.execPath, CAPTURE, JSON.stringify(request)];
  });
}

/** Tools that write pcapng to standard output: it is read, and its frames are counted. */
function streaming(name: string, commandOf: (interfaceName: string, filter: string) => string[]): Tool {
  return {
    name,
    async start(space, interfaceName, filter) {
      const command = ["netns", "exec", space, ...commandOf(interfaceName, filter)];
      const child = spawn("ip", command, { stdio: ["pipe", "pipe", "ignore"] });
      const seen: { delivered: number; reportedLost: number | undefined } = { delivered: 0, reportedLost: undefined };
      const reader = new CaptureReader({
        frame: () => {
          seen.delivered++;
        },
        // Wireshark's tools tell the kernel's drops as the interface's.
        statistics: ({ droppedByKernel, droppedByInterface }) => {
          seen.reportedLost = droppedByKernel ?? droppedByInterface;
        },
      });
      await new Promise<void>((resolve, reject) => {
        child.stdout.once("data", () => resolve());
        child.stdout.on("data", (bytes: Buffer) => reader.push(bytes));
        child.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
      });
      return {
        cpuNanos: () => cpuNanosOf(child),
        async end() {
          await ended(child, () => (name.startsWith("dumpcap") ? child.kill("SIGINT") : child.stdin.end()));
          return seen;
        },
      };
    },
  };
}

/** All threads; the kernel counts it to the nanosecond, where `times` counts ticks of 10 ms. */
function cpuNanosOf({ pid }: ChildProcess): number {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder)
    .map((task) => Number(readFileSync(`${folder}/${task}/schedstat`, "utf8").split(" ")[0]))
    .reduce((total, nanos) => total + nanos, 0);
}

function ended(child: ChildProcess, end: () => void): Promise<void> {
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    end();
  });
}
