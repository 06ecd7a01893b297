// What capturing costs the service that is observed: requests a second that nginx serves with nobody looking, with tcpdump, dumpcap,
// and with the sensor, alone and with its packet ring; and what each of them saw: `service-cost [SECONDS] [ROUNDS]`. Needs root, nginx, h2load, tcpdump.
// Each is held against nobody looking just before and just after: what else the host does changes from minute to minute, and is of both. Its
// own CPU time for a request, in which the kernel's work for whoever looks is, tells more than the rate where others take the processors.
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { IS_ROOT, Namespaces } from "../support/namespaces.js";
import { endWithChildren, Running, until } from "../support/program.js";
import { cpuNanosOf, DUMPCAP, type Look, type Looking, NOBODY, sensor, TCPDUMP } from "./onlooker.js";

const [seconds, rounds] = [Number(process.argv[2] ?? 3), Number(process.argv[3] ?? 5)];
const WARM_UP_SECONDS = 2;
const CLIENTS = 16;
/** What each of them asks a second where the rate is held. */
const HELD_RATES = [25, 100, 400];
const BODY_BYTES = 1_000;
const IDLE_MILLIS = 500;
const IDLE_SHARE = 0.06;
const MAX_IDLE_LOOKS = 40;
const WIDTH = 15;
const COLUMNS = [
  ...["load", "looking", "requests/s", "of nobody", "middle half", "nginx µs", "of nobody", "middle half"],
  ...["looker's µs", "not seen"],
];

const execute = promisify(execFile);

interface Load {
  readonly name: string;
  readonly flags: readonly string[];
}

const LOADS: readonly Load[] = [
  ...HELD_RATES.map((rate) => ({ name: `held at ${CLIENTS * rate}`, flags: ["--rps", String(rate)] })),
  { name: "as it can", flags: [] },
];

interface Figures {
  readonly perSecond: number;
  /** CPU time of the service for a request, and that of who looks. */
  readonly serviceMicros: number;
  readonly lookingMicros: number;
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
  if (succeeded === null) throw new Error(`h2load said: ${stdout}`);
  return Number(succeeded[1]);
}

interface Service {
  readonly spaces: Namespaces;
  readonly pid: number;
  readonly folder: string;
}

async function measure({ spaces, pid, folder }: Service, load: Load, look: Look): Promise<Figures> {
  const own = mkdtempSync(join(folder, "look-"));
  const looking = await look.start(spaces, own);
  const warm = await ask(spaces, load, WARM_UP_SECONDS);
  const [lookingBefore, serviceBefore] = [looking.cpuNanos(), cpuNanosOf(pid)];
  const served = await ask(spaces, load, seconds);
  const serviceMicros = (cpuNanosOf(pid) - serviceBefore) / 1_000 / served;
  await idle(looking);
  const lookingMicros = (looking.cpuNanos() - lookingBefore) / 1_000 / served;
  const notSeenShare = await looking.end(warm + served);
  rmSync(own, { recursive: true });
  return { perSecond: served / seconds, serviceMicros, lookingMicros, notSeenShare };
}

/** What it still has to do about what it saw is a part of its cost. */
async function idle(looking: Looking): Promise<void> {
  for (let look = 0; look < MAX_IDLE_LOOKS; look++) {
    const before = looking.cpuNanos();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MILLIS));
    if ((looking.cpuNanos() - before) / 1e6 < IDLE_MILLIS * IDLE_SHARE) return;
  }
}

interface Looked {
  readonly figures: Figures[];
  /** Requests a second and the service's time for one, as shares of those with nobody looking next to it. */
  readonly rates: number[];
  readonly costs: number[];
}

/** Each round begins with another one, so that none is always behind the same. */
async function compare(service: Service, load: Load): Promise<void> {
  const looks = [TCPDUMP, DUMPCAP, sensor("eastwatch", []), sensor("and its ring", ["--packet-ring", "ring"])];
  const looked = looks.map((): Looked => ({ figures: [], rates: [], costs: [] }));
  const nobody: Looked = { figures: [await measure(service, load, NOBODY)], rates: [], costs: [] };
  for (let turn = 0; turn < rounds * looks.length; turn++) {
    const at = (turn + Math.floor(turn / looks.length)) % looks.length;
    const before = nobody.figures[turn];
    const figures = await measure(service, load, looks[at]);
    const after = await measure(service, load, NOBODY);
    nobody.figures.push(after);
    hold(looked[at], figures, before, after);
  }
  for (const [at, figures] of nobody.figures.slice(2).entries())
    hold(nobody, nobody.figures[at + 1], nobody.figures[at], figures, "known");
  show(load, NOBODY.name, nobody);
  for (const [at, { name }] of looks.entries()) show(load, name, looked[at]);
}

function hold(looked: Looked, figures: Figures, before: Figures, after: Figures, isKnown?: "known"): void {
  if (isKnown === undefined) looked.figures.push(figures);
  looked.rates.push((2 * figures.perSecond) / (before.perSecond + after.perSecond));
  looked.costs.push((2 * figures.serviceMicros) / (before.serviceMicros + after.serviceMicros));
}

function show(load: Load, name: string, { figures, rates, costs }: Looked): void {
  const of = (figure: (one: Figures) => number): number => median(figures.map(figure));
  const notSeen = figures.map(({ notSeenShare }) => notSeenShare).filter((share) => share !== undefined);
  const cells = [
    ...[load.name, name, of((one) => one.perSecond).toFixed(0), ...shares(rates)],
    ...[of((one) => one.serviceMicros).toFixed(1), ...shares(costs), of((one) => one.lookingMicros).toFixed(1)],
    notSeen.length === 0 ? "" : `${(100 * median(notSeen)).toFixed(2)} %`,
  ];
  process.stdout.write(`${cells.map((cell) => cell.padStart(WIDTH)).join("")}\n`);
}

/** In the middle, and from where to where half of them are. */
function shares(values: readonly number[]): [middle: string, half: string] {
  const percent = (share: number): string => (100 * quantile(values, share)).toFixed(1);
  return [`${percent(0.5)} %`, `${percent(0.25)}–${percent(0.75)} %`];
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
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
      `${cpus().length} processors, shared by nginx, h2load and whoever looks; medians of ${rounds} times ${seconds} s; nobody is held against itself\n`,
    );
    process.stdout.write(`${COLUMNS.map((name) => name.padStart(WIDTH)).join("")}\n`);
    for (const load of LOADS) await compare({ spaces, pid: nginx.child.pid ?? 0, folder }, load);
    await nginx.end("SIGQUIT");
  } finally {
    spaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

const missing = ["nginx", "h2load", "tcpdump", "dumpcap", "curl", "ip"].filter(
  (name) => spawnSync("which", [name]).status !== 0,
);
if (!IS_ROOT) process.stderr.write("SKIPPED: capturing and network namespaces need root\n");
else if (missing.length > 0)
  process.stderr.write(
    `SKIPPED: not there: ${missing.join(", ")} (apt-get install nginx-light nghttp2-client tcpdump wireshark-common curl)\n`,
  );
else {
  endWithChildren();
  await run();
}
