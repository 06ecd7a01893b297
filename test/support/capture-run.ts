import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CaptureReader } from "../../sensor/capture/capture-reader.js";
import type { CaptureRequest } from "../../sensor/capture/capture-request.js";
import type { InterfaceStatistics } from "../../sensor/capture/frame.js";

const CAPTURE = fileURLToPath(new URL("../../sensor/capture/capture-process.js", import.meta.url));

/** One frame of a capture; `payload` is what follows Ethernet, IPv4 and UDP. */
export interface Captured {
  readonly payload: Buffer;
  readonly capturedLength: number;
  readonly originalLength: number;
  readonly atMicros: number;
}

const HEADERS = 42;

/** A capture process of its own, as the sensor has one for each interface. */
export class CaptureRun {
  readonly child: ChildProcess;
  readonly frames: Captured[] = [];
  statistics: InterfaceStatistics | undefined;
  application = "";
  error = "";
  readonly #ended: Promise<number | null>;
  readonly #begun: Promise<void>;

  /** `space` is a network namespace; without it the host's own. */
  constructor(request: Partial<CaptureRequest>, space?: string, program = CAPTURE) {
    const whole: CaptureRequest = {
      ...{ interface: "lo", filter: "", bufferBytes: 32 << 20, snapLength: 262_144, promiscuous: true },
      ...{ implementation: "native", ...request },
    };
    const command = [process.execPath, program, JSON.stringify(whole)];
    const [first, ...rest] = space === undefined ? command : ["ip", "netns", "exec", space, ...command];
    const child = spawn(first, rest, { stdio: ["pipe", "pipe", "pipe"] });
    this.child = child;
    const reader = new CaptureReader({
      frame: ({ bytes, start, end, originalLength, atMicros }) => {
        const payload = Buffer.from(bytes.subarray(start + HEADERS, end));
        this.frames.push({ payload, capturedLength: end - start, originalLength, atMicros });
      },
      statistics: (told) => {
        this.statistics = told;
      },
      application: (name) => {
        this.application = name;
      },
    });
    child.stdout.on("data", (bytes: Buffer) => reader.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => {
      this.error += bytes.toString();
    });
    this.#begun = new Promise((resolve) => child.stdout.once("data", () => resolve()));
    this.#ended = new Promise((resolve) => child.once("close", resolve));
  }

  /** Whether it came to capture; false where it ended before. */
  begins(): Promise<boolean> {
    return Promise.race([this.#begun.then(() => true), this.#ended.then(() => false)]);
  }

  /** Asks it to end; its exit code. */
  async end(): Promise<number | null> {
    this.child.stdin?.end();
    return this.#ended;
  }

  /** Its exit code once it ends by itself. */
  ends(): Promise<number | null> {
    return this.#ended;
  }

  /** Numbers of the datagrams of `burst`, in the order in which they were captured. */
  numbers(): number[] {
    return this.frames.map(({ payload }) => payload.readUInt32BE(0));
  }
}

/** The capture process of a sensor that has one. */
export function captureProcessOf(sensor: number | undefined): number {
  const tasks = readdirSync(`/proc/${sensor}/task`);
  const children = tasks.map((task) => readFileSync(`/proc/${sensor}/task/${task}/children`, "utf8").trim());
  return Number(children.find((text) => text !== ""));
}
