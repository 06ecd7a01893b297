import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Command } from "./stack.js";

const running = new Set<Task>();

/** A process of ours, ended by its own process group and by nothing wider. */
export class Task {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #ended = false;
  text = "";

  constructor(argv: readonly string[], command: Omit<Command, "argv"> = {}, folder?: string) {
    const [program, ...parameters] = argv;
    this.#child = spawn(program, parameters, { detached: true, stdio: "pipe", ...(folder && { cwd: folder }) });
    running.add(this);
    const take = (bytes: Buffer): void => {
      this.text += bytes.toString("latin1");
    };
    this.#child.stdout?.on("data", take);
    this.#child.stderr?.on("data", take);
    this.#child.stdin?.on("error", () => {});
    this.#gone = new Promise((resolve) => {
      const end = (): void => {
        this.#ended = true;
        running.delete(this);
        resolve();
      };
      this.#child.once("close", end);
      this.#child.once("error", (error) => {
        this.text += String(error);
        end();
      });
    });
    this.#feed(command);
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Whether it ended by itself in time; if not it is ended. */
  async ends(millis: number): Promise<boolean> {
    const inTime = await Promise.race([this.#gone.then(() => true), sleep(millis).then(() => false)]);
    if (!inTime) await this.end("SIGKILL");
    return inTime;
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#ended) return;
    this.kill(signal);
    const inTime = await Promise.race([this.#gone.then(() => true), sleep(2_000).then(() => false)]);
    if (inTime) return;
    this.kill("SIGKILL");
    await this.#gone;
  }

  kill(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, signal);
    } catch {
      // It was gone already.
    }
  }

  #feed(command: Omit<Command, "argv">): void {
    if (command.input !== undefined) this.#child.stdin?.write(readFileSync(command.input));
    if (command.holdMillis === undefined) this.#child.stdin?.end();
    else setTimeout(() => this.#child.stdin?.end(), command.holdMillis).unref();
  }
}

/** Ends what is left when the lab is interrupted. */
export function endAllTasks(): void {
  for (const task of running) task.kill("SIGKILL");
}

export function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

export async function waitFor(look: () => boolean, millis: number, stepMillis = 30): Promise<boolean> {
  const end = performance.now() + millis;
  while (!look()) {
    if (performance.now() > end) return false;
    await sleep(stepMillis);
  }
  return true;
}
