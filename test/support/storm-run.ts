import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.js";
import { Running, until } from "./program.js";

const STORM = fileURLToPath(new URL("../load/storm.js", import.meta.url));
const MAX_MILLIS = 120_000;

export interface StormOutcome {
  /** Most memory that the sensor ever had resident. */
  readonly peakBytes: number;
  readonly counters: Readonly<Record<string, number>>;
  /** What it said of overload. */
  readonly told: readonly string[];
  readonly health: string;
}

/** A whole sensor that is fed a storm through a named pipe as fast as it takes it; nothing is captured, so nothing can be dropped. */
export class StormRun {
  readonly sensor: Running;
  readonly #pipe: string;
  readonly #port: number;

  private constructor(sensor: Running, pipe: string, port: number) {
    this.sensor = sensor;
    this.#pipe = pipe;
    this.#port = port;
  }

  static async start(folder: string, flags: readonly string[] = []): Promise<StormRun> {
    const [pipe, port] = [join(folder, "pipe"), await freePort()];
    if (spawnSync("mkfifo", [pipe]).status !== 0) throw new Error(`mkfifo ${pipe} failed`);
    const sensor = Running.program([
      ...["sensor", "-i", `replay:${pipe}`, "--listen", `127.0.0.1:${port}`],
      ...["--database", join(folder, "storm.sqlite"), ...flags],
    ]);
    await sensor.says(/captures replay/);
    return new StormRun(sensor, pipe, port);
  }

  /** Ends once the sensor has taken all of it. With `calmSeconds` one more call comes so much packet time later. */
  async feed(name: string, count: number, calmSeconds?: number): Promise<StormOutcome> {
    const parameters = [
      STORM,
      name,
      String(count),
      this.#pipe,
      ...(calmSeconds === undefined ? [] : [`${calmSeconds}`]),
    ];
    const writer = new Running(process.execPath, parameters);
    await until("the storm's end", () => (writer.child.exitCode === null ? undefined : true), MAX_MILLIS);
    if (writer.child.exitCode !== 0) throw new Error(`the storm ended with ${writer.child.exitCode}: ${writer.text}`);
    let frames = -1;
    await until(
      "no more frames",
      async () => {
        const before = frames;
        frames = (await this.counters()).frames ?? -1;
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        return frames === before && frames > 0 ? true : undefined;
      },
      MAX_MILLIS,
    );
    return this.outcome();
  }

  async outcome(): Promise<StormOutcome> {
    const status = readFileSync(`/proc/${this.sensor.child.pid}/status`, "utf8");
    const told = [...this.sensor.text.matchAll(/"msg":"(overload[^"]*)"/g)].map(([, text]) => text);
    const health = await (await fetch(`http://127.0.0.1:${this.#port}/healthz`)).text();
    const peakBytes = Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1_024;
    return { peakBytes, counters: await this.counters(), told, health };
  }

  /** By their names, without `eastwatch_`. */
  async counters(): Promise<Record<string, number>> {
    const text = await (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
    return Object.fromEntries(
      [...text.matchAll(/^eastwatch_(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
    );
  }
}
