import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROGRAM = fileURLToPath(new URL("../../eastwatch.js", import.meta.url));

/** What takes longer hangs; what is only slow, beside others on a busy machine, does not take as long. */
const RUN_MILLIS = 120_000;
/** So long is waited for what comes at once where nothing is wrong. */
export const PATIENCE_MILLIS = 60_000;

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the program to its end. */
export function run(parameters: readonly string[], more: { input?: Buffer; env?: NodeJS.ProcessEnv } = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...parameters], {
    ...(more.input === undefined ? {} : { input: more.input }),
    env: { ...process.env, ...more.env },
    timeout: RUN_MILLIS,
  });
  return { code: status, out: stdout.toString(), error: stderr.toString() };
}

/** What was started and has not been seen to end: whoever fails must not leave it behind. */
const started = new Set<Running>();
// Asked, not killed: nginx and the sensor have children of their own to end.
process.once("exit", () => {
  for (const { child } of started) child.kill("SIGTERM");
});

/** For programs that somebody ends: a signal would end them alone, without their `exit`. */
export function endWithChildren(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
}

/** Identifiers of the processes that have this among the words they were called with, or in their environment. */
export function processesWith(what: "cmdline" | "environ", mark: string): string[] {
  return readdirSync("/proc").filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/${what}`, "latin1").includes(mark);
    } catch {
      return false;
    }
  });
}

/** A process that stays until it is told to end. */
export class Running {
  readonly child: ChildProcess;
  text = "";

  constructor(command: string, parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, parameters, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    const take = (bytes: Buffer): void => {
      this.text += bytes.toString();
    };
    this.child.stdout?.on("data", take);
    this.child.stderr?.on("data", take);
    started.add(this);
    this.child.once("exit", () => started.delete(this));
  }

  static program(parameters: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    return new Running(process.execPath, [PROGRAM, ...parameters], env);
  }

  async says(pattern: RegExp, millis = PATIENCE_MILLIS): Promise<RegExpExecArray> {
    try {
      return await until(String(pattern), () => this.#look(pattern), millis);
    } catch (error) {
      throw new Error(`${(error as Error).message}; it said: ${this.text.slice(-2_000)}`);
    }
  }

  #look(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.text);
    if (found === null && this.child.exitCode !== null)
      throw new Error(`it ended with ${this.child.exitCode} before ${pattern}`);
    return found ?? undefined;
  }

  /** Ends it and waits until it is gone; the exit code. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const gone = this.ended();
    this.child.kill(signal);
    return gone;
  }

  /** Waits until it is gone; the exit code. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    return new Promise((resolve) => this.child.once("exit", (code) => resolve(code)));
  }
}

/** Waits for something to be there; throws, naming it, where it does not come. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  millis = PATIENCE_MILLIS,
): Promise<T> {
  const end = performance.now() + millis;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${millis} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function temporaryFolder(t: { teardown(action: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-test-"));
  t.teardown(() => {
    for (const running of started) running.child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
