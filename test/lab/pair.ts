import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Certificates, CLIENT_CERTIFICATES, type ClientCertificate, SERVER_NAME } from "./certificates.js";
import type { Label, Verdict } from "./label.js";
import { Network } from "./network.js";
import { readCapture } from "./pcap.js";
import { startRecording } from "./recording.js";
import { writeRequests } from "./request.js";
import type {
  ClientAuth,
  ClientOrder,
  ClientStack,
  Hash,
  ServerOrder,
  ServerStack,
  ServerView,
  Version,
} from "./stack.js";
import { sleep, Task, waitFor } from "./task.js";

const FIRST_PORT = 20_000;
/** Wide enough that a client hardly ever takes a port twice; narrower where runs are told apart by port alone. */
const PORTS_OF_OWN_ADDRESS = 40_000;
const PORTS_OF_SHARED_ADDRESS = 512;
const FIRST_SERVER_PORT = 4_430;

const QUIET_MILLIS = 60;

/** How a pair is run. `own`: each run has a client address of its own; `shared`: all runs come from one. */
export interface PairOptions {
  readonly variant: string;
  readonly addresses: "own" | "shared";
  readonly segmentBytes?: number;
  readonly hashes: readonly Hash[];
}

/** One execution of a client against a server that is up. */
interface Run {
  readonly version: Version;
  readonly auth: ClientAuth;
  readonly serverPort: number;
  readonly certificate: ClientCertificate | "none";
  readonly hash: Hash;
  readonly alpn: "h2" | "none";
  readonly firstPort: number;
  readonly ports: number;
  readonly address: string;
  readonly views: readonly ServerView[];
}

/** One client stack against one server stack: every cell of the matrix in one capture. */
export class Pair {
  readonly #network = new Network();
  readonly #runs: Run[] = [];
  readonly #complaints: string[] = [];
  #serverPort = FIRST_SERVER_PORT;

  constructor(
    readonly server: ServerStack,
    readonly client: ClientStack,
    readonly certificates: Certificates,
    readonly folder: string,
    readonly work: string,
    readonly options: PairOptions,
  ) {}

  get pcap(): string {
    const { variant } = this.options;
    return `${this.server.name}--${this.client.name}${variant === "clean" ? "" : `--${variant}`}.pcap`;
  }

  /** Labels of what happened, and what went wrong on the way. */
  async run(): Promise<{ labels: Label[]; complaints: string[] }> {
    const { segmentBytes } = this.options;
    try {
      if (segmentBytes !== undefined) this.#network.useSmallSegments(segmentBytes);
      const file = join(this.folder, this.pcap);
      const capture = await startRecording(this.#network, file);
      for (const version of ["1.2", "1.3"] as const) await this.#runVersion(version);
      await sleep(200);
      await capture.end("SIGINT");
      return { labels: this.#label(file), complaints: this.#complaints };
    } finally {
      this.#network.remove();
    }
  }

  async #runVersion(version: Version): Promise<void> {
    if (!this.server.versions.includes(version) || !this.client.versions.includes(version)) return;
    for (const auth of this.server.modes) await this.#runServer(version, auth);
  }

  async #runServer(version: Version, auth: ClientAuth): Promise<void> {
    const port = this.#serverPort++;
    const folder = join(this.work, `server-${version}-${auth}`);
    mkdirSync(folder, { recursive: true });
    const keys = this.server.keys.filter((key) => this.client.keys.includes(key));
    const key = keys[this.#serverPort % keys.length];
    const { certificates } = this;
    const address = this.#network.serverAddress;
    const order: ServerOrder = {
      version,
      auth,
      address,
      port,
      certificates,
      folder,
      key,
      identity: certificates.server[key],
    };
    const { argv, ...rest } = this.server.command(order);
    const task = new Task(this.#network.inside(this.#network.server, argv), { holdMillis: 600_000, ...rest }, folder);
    const up = await waitFor(() => task.hasEnded || this.#network.isListening(port), 10_000, 60);
    if (!up || task.hasEnded)
      this.#complaints.push(`${version} ${auth}: server did not start: ${task.text.slice(-300)}`);
    else await this.#runClients(order, task);
    await task.end();
  }

  async #runClients(order: ServerOrder, task: Task): Promise<void> {
    const clientSaid: string[] = [];
    let seen = 0;
    for (const { certificate, alpn, hash } of this.#cells(order)) {
      const run = { version: order.version, auth: order.auth, serverPort: order.port, certificate, alpn, hash };
      const { said, ...source } = await this.#runClient(order, run);
      clientSaid.push(said);
      const views = (): ServerView[] => this.server.read(this.#said(order, task), clientSaid.join("\n")).slice(seen);
      const fresh = await settle(views);
      seen += fresh.length;
      if (fresh.length === 0)
        this.#complaints.push(
          `${order.version} ${order.auth} ${certificate} ${hash} ${alpn}: no handshake; client said ${said.slice(-200)}`,
        );
      this.#runs.push({ ...run, ...source, views: fresh });
    }
  }

  #said(order: ServerOrder, task: Task): string {
    const file = this.server.log?.(order);
    try {
      return file === undefined ? task.text : readFileSync(file, "latin1");
    } catch {
      return "";
    }
  }

  #cells({ auth, version }: ServerOrder): Pick<Run, "certificate" | "alpn" | "hash">[] {
    const able = CLIENT_CERTIFICATES.filter(
      (kind) => this.client.certificates.includes(kind) && (this.server.tells?.includes(kind) ?? true),
    );
    const shown = { none: ["none", ...able.slice(0, 1)], request: ["none", ...able], require: able }[
      auth
    ] as Run["certificate"][];
    const hashes = version === "1.3" ? this.options.hashes : this.options.hashes.slice(0, 1);
    return shown.flatMap((certificate) =>
      this.client.alpn.flatMap((alpn) => hashes.map((hash) => ({ certificate, alpn, hash }))),
    );
  }

  async #runClient(server: ServerOrder, run: Pick<Run, "certificate" | "alpn" | "hash">) {
    const number = this.#runs.length;
    const source = this.#sourceOf(number);
    this.#network.useSource(source.address, source.firstPort, source.ports);
    const folder = join(this.work, `client-${number}`);
    mkdirSync(folder, { recursive: true });
    const requests = writeRequests(folder);
    const request = run.alpn === "h2" && this.server.http2 ? requests.http2 : requests.http1;
    const identity = run.certificate === "none" ? undefined : this.certificates.client[run.certificate];
    const { version, port, certificates } = server;
    const order: ClientOrder = { version, address: server.address, port, certificates, folder, name: SERVER_NAME,
      hash: run.hash, alpn: run.alpn, ...requests, request, ...(run.certificate !== "none" && { certificate: run.certificate }),
      ...(identity && { identity }) }; // biome-ignore format: one order
    let said = "";
    for (const { argv, ...rest } of this.client.commands(order)) {
      const task = new Task(this.#network.inside(this.#network.client, argv), rest, folder);
      if (!(await task.ends(10_000))) this.#complaints.push(`${argv.slice(0, 2).join(" ")} hung`);
      said += task.text;
    }
    return { ...source, said };
  }

  #sourceOf(number: number): Pick<Run, "address" | "firstPort" | "ports"> {
    if (this.options.addresses === "own")
      return {
        address: `10.97.${1 + (number >> 7)}.${1 + (number & 127)}`,
        firstPort: FIRST_PORT,
        ports: PORTS_OF_OWN_ADDRESS,
      };
    const firstPort = FIRST_PORT + ((number * PORTS_OF_SHARED_ADDRESS) % PORTS_OF_OWN_ADDRESS);
    return { address: "10.97.0.1", firstPort, ports: PORTS_OF_SHARED_ADDRESS };
  }

  /** Ports come from the server where it tells them; else connections and views meet in their order. */
  #label(file: string): Label[] {
    const opened = readCapture(file).packets.flatMap(({ tcp }) => (tcp?.syn && !tcp.ack ? [tcp] : []));
    return this.#runs.flatMap((run) => {
      const mine = opened.filter(
        ({ from, fromPort, toPort }) =>
          from === run.address &&
          toPort === run.serverPort &&
          fromPort >= run.firstPort &&
          fromPort < run.firstPort + run.ports,
      );
      const ports = [...new Set(mine.map(({ fromPort }) => fromPort))];
      if (run.views.some(({ port }) => port === undefined) && ports.length !== run.views.length) {
        this.#complaints.push(
          `${run.version} ${run.auth} ${run.certificate}: ${ports.length} connections, ${run.views.length} views: left out`,
        );
        return [];
      }
      return this.#labelRun(
        run,
        run.views.map((view, at) => ({ ...view, port: view.port ?? ports[at] })),
      );
    });
  }

  #labelRun(run: Run, views: readonly (ServerView & { readonly port: number })[]): Label[] {
    let full: Verdict | undefined;
    // A server may log a connection twice, as lighttpd does for HTTP/2: the first line counts.
    const once = views.filter((view, at) => views.findIndex(({ port }) => port === view.port) === at);
    return once.flatMap((view) => {
      if (!view.resumed) full = verdictOf(run.auth, view);
      // A resumed session is as good as its full handshake was; without one there is nothing to go by.
      if (full === undefined) return [];
      const { version, alpn, auth, certificate, hash } = run;
      const place = {
        pcap: this.pcap,
        "client.address": run.address,
        "client.port": view.port,
        "server.port": run.serverPort,
      };
      const stacks = { clientStack: this.client.name, serverStack: this.server.name, version };
      const { resumed } = view;
      return [
        { ...place, ...stacks, expected: full, resumed, alpn, variant: this.options.variant, auth, certificate, hash },
      ];
    });
  }
}

/** A view that came late would be taken for the next run's: wait until the server has nothing more to say. */
async function settle(views: () => ServerView[]): Promise<ServerView[]> {
  await waitFor(() => views().length >= 2, 300);
  for (let count = -1; count !== views().length; await sleep(QUIET_MILLIS)) count = views().length;
  return views();
}

function verdictOf(auth: ClientAuth, { presented }: ServerView): Verdict | undefined {
  if (auth === "none") return "not-requested";
  // A server that insists and goes on without a certificate does not tell what it got: no label.
  if (auth === "require" && !presented) return undefined;
  return presented ? "presented" : "declined";
}
