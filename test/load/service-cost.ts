// What capturing costs the service that is observed: requests a second that nginx serves with nobody looking, with tcpdump, and with the
// sensor, alone and with its packet ring; and what each of them saw: `service-cost [SECONDS] [ROUNDS]`. Needs root, nginx, h2load, tcpdump.
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { IS_ROOT, Namespaces } from "../support/namespaces.js";
import { endWithChildren, Running, until } from "../support/program.js";
import { type Look, type Looking, NOBODY, sensor, TCPDUMP } from "./onlooker.js";

const [seconds, rounds] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 5)];
const WARM_UP_SECONDS = 2;
const CLIENTS = 16;
/** What each of them asks a second where the rate is held. */
const HELD_RATE = 100;
const BODY_BYTES = 1_000;
const IDLE_MILLIS = 500;
const IDLE_SHARE = 0.06;
const MAX_IDLE_LOOKS = 40;
const WIDTH = 15;
const COLUMNS = ["load", "looking", "requests/s", "at best", "of nobody", "mean ms", "CPU µs/request", "not seen"];

const execute = promisify(execFile);

interface Load {
  readonly name: string;
  readonly flags: readonly string[];
}

const LOADS: readonly Load[] = [
  { name: "as it can", flags: [] },
  { name: `held at ${CLIENTS * HELD_RATE}`, flags: ["--rps", String(HELD_RATE)] },
];

interface Figures {
  readonly perSecond: number;
  readonly meanMillis: number;
  readonly cpuMicrosPerRequest: number;
  /** Of packets or calls, as far as it is known. */
  readonly notSeenShare: number | undefined;
}

function nginxConfig(folder: string): string {
  return `
    daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
    events { worker_connections 256; }
    http {
      access_log off; keepalive_requests 1000000000;
      client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
      uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
      server { listen 10.98.0.2:80; location / { default_type application/json; return 200 '{"a":"${"x".repeat(BODY_BYTES)}"}'; } }
    }`;
}

async function ask(spaces: Namespaces, { flags }: Load, lasting: number) {
  const words = [
    "--h1",
    "-c",
    String(CLIENTS),
    "-t",
    "1",
    "-D",
    String(lasting),
    ...flags,
    "http://10.98.0.2/orders/1",
  ];
  const { stdout } = await execute(...spaces.inside(spaces.client, "h2load", ...words));
  const succeeded = /(\d+) succeeded/.exec(stdout);
  const mean = /time for request:\s+\S+\s+\S+\s+([\d.]+)(us|ms|s)/.exec(stdout);
  if (succeeded === null || mean === null) throw new Error(`h2load said: ${stdout}`);
  const unit = { us: 0.001, ms: 1, s: 1_000 }[mean[2]] ?? 1;
  return { served: Number(succeeded[1]), meanMillis: Number(mean[1]) * unit };
}

async function measure(spaces: Namespaces, load: Load, look: Look, folder: string): Promise<Figures> {
  const looking = await look.start(spaces, folder);
  const warm = await ask(spaces, load, WARM_UP_SECONDS);
  const cpuBefore = looking.cpuNanos();
  const { served, meanMillis } = await ask(spaces, load, seconds);
  await idle(looking);
  const cpuMicros = (looking.cpuNanos() - cpuBefore) / 1_000;
  return {
    ...{ perSecond: served / seconds, meanMillis, cpuMicrosPerRequest: cpuMicros / served },
    notSeenShare: await looking.end(warm.served + served),
  };
}

/** What it still has to do about what it saw is a part of its cost. */
async function idle(looking: Looking): Promise<void> {
  for (let look = 0; look < MAX_IDLE_LOOKS; look++) {
    const before = looking.cpuNanos();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MILLIS));
    if ((looking.cpuNanos() - before) / 1e6 < IDLE_MILLIS * IDLE_SHARE) return;
  }
}

/** Each round asks with everybody once, in turn: what else this host does falls on all of them alike. */
async function compare(spaces: Namespaces, load: Load, folder: string): Promise<void> {
  const looks = [NOBODY, TCPDUMP, sensor("eastwatch", []), sensor("and its ring", ["--packet-ring", "ring"])];
  const figures: Figures[][] = looks.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, look] of looks.entries()) {
      const own = mkdtempSync(join(folder, "look-"));
      figures[index].push(await measure(spaces, load, look, own));
      rmSync(own, { recursive: true });
    }
  const nobody = Math.max(...figures[0].map(({ perSecond }) => perSecond));
  for (const [index, { name }] of looks.entries()) show(load, name, figures[index], nobody);
}

/** What other work on the host costs comes on top: the best of the rounds is nearest to what there is, and is what is compared. */
function show(load: Load, name: string, figures: readonly Figures[], nobody: number): void {
  const of = (figure: (one: Figures) => number): number[] => figures.map(figure);
  const best = Math.max(...of((one) => one.perSecond));
  const notSeen = figures.map(({ notSeenShare }) => notSeenShare).filter((share) => share !== undefined);
  const cells = [
    ...[load.name, name, median(of((one) => one.perSecond)).toFixed(0), best.toFixed(0)],
    ...[`${((100 * best) / nobody).toFixed(1)} %`, median(of((one) => one.meanMillis)).toFixed(2)],
    Math.min(...of((one) => one.cpuMicrosPerRequest)).toFixed(1),
    notSeen.length === 0 ? "" : `${(100 * median(notSeen)).toFixed(2)} %`,
  ];
  process.stdout.write(`${cells.map((cell) => cell.padStart(WIDTH)).join("")}\n`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-cost-"));
  const spaces = new Namespaces("cost");
  try {
    mkdirSync(join(folder, "www"));
    writeFileSync(join(folder, "nginx.conf"), nginxConfig(folder));
    const nginx = new Running(...spaces.inside(spaces.server, "nginx", "-c", join(folder, "nginx.conf"), "-p", folder));
    const probe = spaces.inside(spaces.client, "curl", "-s", "-o", "/dev/null", "http://10.98.0.2/");
    await until("nginx", () => (spawnSync(...probe).status === 0 ? true : undefined));
    process.stdout.write(
      `${cpus().length} processors, shared by nginx, h2load and whoever looks; medians of ${rounds} rounds of ${seconds} s\n`,
    );
    process.stdout.write(`${COLUMNS.map((name) => name.padStart(WIDTH)).join("")}\n`);
    for (const load of LOADS) await compare(spaces, load, folder);
    await nginx.end("SIGQUIT");
  } finally {
    spaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

const missing = ["nginx", "h2load", "tcpdump", "curl", "ip"].filter((name) => spawnSync("which", [name]).status !== 0);
if (!IS_ROOT) process.stderr.write("SKIPPED: capturing and network namespaces need root\n");
else if (missing.length > 0)
  process.stderr.write(
    `SKIPPED: not there: ${missing.join(", ")} (apt-get install nginx-light nghttp2-client tcpdump curl)\n`,
  );
else {
  endWithChildren();
  await run();
}
