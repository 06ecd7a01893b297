import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "../shared/command-error.js";
import { listenAddress } from "../shared/listen-address.js";

const PROGRAM = fileURLToPath(new URL("../eastwatch.js", import.meta.url));
const SERVICES = fileURLToPath(new URL("./services.js", import.meta.url));
const KEEPER = fileURLToPath(new URL("./keeper.js", import.meta.url));
const RECORDED = fileURLToPath(new URL("./recorded.pcap.gz", import.meta.url));
/** What `eastwatch doctor` ends with where it can't capture. */
const CANNOT_CAPTURE = 3;
const START_MILLIS = 20_000;

/** Console, sensor and services on this machine until Ctrl-C. Its data are in a folder that goes with it. */
export async function runDemo(listen: string): Promise<number> {
  const address = listenAddress(listen);
  if (address === undefined)
    throw new CommandError(`--listen "${listen}" must be an address and a port such as 127.0.0.1:8470`);
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-demo-"));
  const keeper = spawn(process.execPath, [KEEPER, folder], { stdio: ["pipe", "ignore", "inherit"], detached: true });
  const children = new Children(keeper);
  try {
    const captures = mayCapture(children);
    const console = start(children, PROGRAM, [
      "console",
      "--listen",
      listen,
      "--database",
      join(folder, "console.sqlite"),
    ]);
    const link = await said(console, /^(https?:\S+#setup=\S+)$/m);
    const token = await output(
      start(children, PROGRAM, ["add-sensor", "demo", "--database", join(folder, "console.sqlite")]),
    );
    writeFileSync(join(folder, "token"), token, { mode: 0o600 });
    const services = (await captures) ? await said(start(children, SERVICES, []), /^listening (\S+) TLS$/m) : undefined;
    const source = services === undefined ? `replay:${RECORDED}` : "lo";
    start(children, PROGRAM, sensorFlags(source, folder, address.port));
    tell(link, services);
    await ended(children.all);
    return 0;
  } finally {
    for (const child of children.all) child.kill("SIGTERM");
    await Promise.all(children.all.map((child) => gone(child)));
    rmSync(folder, { recursive: true, force: true });
    // Last: a second Ctrl-C ends this process at once, and then there is still somebody to clean up.
    keeper.kill("SIGKILL");
  }
}

/** The processes of the demo, each told to the keeper, which outlives a demo that is killed. */
class Children {
  readonly all: ChildProcess[] = [];
  readonly #keeper: ChildProcess;

  constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
    keeper.stdin?.on("error", () => {});
  }

  add(child: ChildProcess): void {
    this.all.push(child);
    const tell = (word: string): boolean | undefined => this.#keeper.stdin?.write(`${word} ${child.pid}\n`);
    tell("started");
    child.once("exit", () => tell("ended"));
  }
}

/** The sensor is kept from seeing the demo's own console: only the services are to be shown. */
function sensorFlags(source: string, folder: string, consolePort: number): string[] {
  return [
    ...["sensor", "--interface", source, "--filter", `tcp and not port ${consolePort}`, "--listen", ""],
    ...["--database", join(folder, "sensor.sqlite"), "--name", "demo"],
    ...["--console", `ws://127.0.0.1:${consolePort}`, "--token-file", join(folder, "token")],
  ];
}

/** `services`: whether some speak TLS, `with` or `without`; undefined where nothing is captured. */
function tell(link: string, services: string | undefined): void {
  const tls =
    services === "with"
      ? "Three more, up to 127.0.20.9, speak TLS."
      : "None speaks TLS: openssl, which makes the certificates, was not found. Install it to fill the mTLS view.";
  const what =
    services !== undefined
      ? `Five small services talk to each other on 127.0.20.2 to 127.0.20.6; the sensor sees them on lo.\n${tls}`
      : "This user may not capture here (CAP_NET_RAW is missing): a capture made before is replayed instead.\nRun as root, or `sudo setcap cap_net_raw+ep` on the node binary, to see live traffic.";
  process.stdout.write(
    `\n${what}\n\nOpen the page, choose a user and a password:\n  ${link}\n\nCtrl-C ends the demo and removes its data.\n`,
  );
}

function start(children: Children, script: string, parameters: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [script, ...parameters], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  children.add(child);
  return child;
}

/** Waits for a line on standard output; throws where the process ends before. */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new CommandError("the demo could not start in time", 70)), START_MILLIS);
    child.stdout?.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      const match = pattern.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[1] ?? match[0]);
    });
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new CommandError("the demo could not start: see above why", 2));
    });
  });
}

async function output(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  await gone(child);
  return text.trim();
}

function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** Until Ctrl-C, or one of the lasting processes fails. */
function ended(children: readonly ChildProcess[]): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
    for (const child of children) if (child.exitCode === null) child.once("exit", () => resolve());
  });
}

/** Tried, not read from what the process is said to have: in a user namespace that right is not one over the host's interfaces. */
async function mayCapture(children: Children): Promise<boolean> {
  const look = start(children, PROGRAM, ["doctor", "--interface", "lo", "--seconds", "1"]);
  look.stdout?.resume();
  await gone(look);
  return look.exitCode !== CANNOT_CAPTURE;
}
