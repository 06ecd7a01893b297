import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { CallRecord } from "../shared/event.js";
import { analyzeFile } from "./support/analysis-run.js";
import { type GrpcStack, grpcStacks } from "./support/grpc-stacks.js";
import { settle, storedEndpoints } from "./support/live-capture.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, temporaryFolder, until } from "./support/program.js";

const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
/** Of each kind, by each client at each server. */
const CALLS = 40;
const START_MILLIS = 20_000;
const LOAD_MILLIS = 120_000;
/** Each is in the middle of a call at times that no other is. */
const CALLS_OF_CLIENT = CALLS * 5 + CALLS / 10;

type Folder = Parameters<typeof temporaryFolder>[0];
type Command = readonly string[];

/** Servers of all stacks in one namespace, each with a log of its own, and what is run beside them. */
class Scene {
  readonly spaces: Namespaces;
  readonly #folder: string;
  readonly #logs: string[] = [];
  readonly #running: Running[] = [];

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.spaces = new Namespaces(name);
  }

  /** Of one stack; where its server listens. */
  async serve(command: Command): Promise<string> {
    const port = 8_100 + this.#logs.length;
    const log = join(this.#folder, `log-${port}`);
    this.#logs.push(log);
    const [program, ...parameters] = command;
    await this.#server(program, ...parameters, "server", String(port), log).says(/listening/, START_MILLIS);
    return `10.98.0.2:${port}`;
  }

  client([program, ...parameters]: Command, target: string, ...more: string[]): Running {
    const asked = ["client", target, String(CALLS), ...more];
    return new Running(...this.spaces.inside(this.spaces.client, program, ...parameters, ...asked));
  }

  /** Begins to look on: a sensor, and tcpdump beside it. */
  async watch(): Promise<{ readonly database: string; readonly capture: string }> {
    const [database, capture] = [join(this.#folder, "s.sqlite"), join(this.#folder, "c.pcap")];
    const sensor = ["sensor", "-i", "ews", "--database", database, "--listen", ""];
    await this.#server(process.execPath, PROGRAM, ...sensor).says(/captures ews/);
    await this.#server("tcpdump", "-i", "ews", "-s", "0", "-B", "65536", "-U", "-w", capture, "tcp").says(/listening/);
    await settle();
    return { database, capture };
  }

  /** Both directions lose so much, which TCP sends again. */
  lose(percent: number): void {
    for (const [space, link] of [
      [this.spaces.client, "ewc"],
      [this.spaces.server, "ews"],
    ])
      spawnSync(...this.spaces.inside(space, "tc", "qdisc", "add", "dev", link, "root", "netem", "loss", `${percent}%`));
  }

  log(): string[] {
    return this.#logs.flatMap((log) => readFileSync(log, "utf8").split("\n").slice(0, -1));
  }

  /** Waits until so many calls are in the logs. */
  async logs(count: number): Promise<string[]> {
    try {
      await until(`${count} calls in the logs`, () => (this.log().length >= count ? true : undefined), START_MILLIS);
    } catch (error) {
      const counts = new Map<string, number>();
      for (const log of this.#logs) for (const line of readFileSync(log, "utf8").trim().split("\n")) {
          const key = `${log.slice(-4)} ${line.split(" ")[1]}`; counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      console.log(counts);
      throw error;
    }
    return this.log();
  }

  /** Ends what looks on, and then the servers. */
  async end(): Promise<void> {
    for (const running of this.#running.reverse()) await running.end();
  }

  #server(command: string, ...parameters: string[]): Running {
    const running = new Running(...this.spaces.inside(this.spaces.server, command, ...parameters));
    this.#running.push(running);
    return running;
  }
}

/** As the servers' logs have it; the bytes of messages that may be compressed are the wire's and not theirs. */
function asLogged(call: CallRecord): string {
  const { method, path, status, requestMessages, responseMessages, rpcStatus } = call;
  const sizes = isPacked(call.path ?? "") ? ["*", "*"] : [call.requestMessageBytes, call.responseMessageBytes];
  const words = [method, path, status, requestMessages, responseMessages ?? 0, ...sizes.map((size) => size ?? 0)];
  return [...words, rpcStatus].map((word) => word ?? "-").join(" ");
}

function asCompared(line: string): string {
  const words = line.split(" ");
  if (isPacked(words[1])) words[5] = words[6] = "*";
  return words.join(" ");
}

function isPacked(path: string): boolean {
  return path.endsWith("/Pack");
}

function sorted(lines: readonly string[]): string[] {
  return [...lines].sort();
}

function stacksHere(t: Folder & { comment(text: string): void }): [string, readonly GrpcStack[]] {
  const folder = temporaryFolder(t);
  return [folder, grpcStacks(folder)];
}

t.test(
  "calls between all stacks of gRPC, on a network that loses one packet in a hundred, are found as servers log them",
  { skip: SKIP },
  async (t) => {
    const [folder, stacks] = stacksHere(t);
    for (const { name, command, absence } of stacks)
      if (command === undefined) t.test(name, { skip: `SKIPPED: ${absence}` }, async () => {});
    const here = stacks.flatMap(({ command }) => (command === undefined ? [] : [command]));
    const scene = new Scene(folder, "gl");
    t.teardown(() => scene.spaces.remove());
    const targets: string[] = [];
    for (const command of here) targets.push(await scene.serve(command));
    const { database, capture } = await scene.watch();
    scene.lose(1);
    for (const command of here) {
      const clients = targets.map((target) => scene.client(command, target));
      for (const client of clients) await client.says(/^done/m, LOAD_MILLIS);
    }
    const lines = await scene.logs(here.length ** 2 * CALLS_OF_CLIENT);
    await settle();
    await scene.end();

    const { calls } = await analyzeFile(capture);
    t.same(sorted(calls.map(asLogged)), sorted(lines.map(asCompared)), "every call, its messages, sizes and status");
    t.equal(calls.length, here.length ** 2 * CALLS_OF_CLIENT);
    t.same(
      [...new Set(calls.flatMap(({ rpcRequestFields: fields }) => fields ?? []))],
      ["1:string 2:varint 3:string"],
      "what they are built of, compressed or not",
    );
    t.same([...new Set(calls.flatMap(({ requestClasses }) => requestClasses ?? []))], ["email"]);
    t.same(
      storedEndpoints(database).map(({ template, calls: count }) => `${template} ${count}`),
      ["Add", "Hang", "Pack", "Send", "Talk", "Watch"].flatMap((name) =>
        here.map(() => `/shop.Cart/${name} ${(name === "Hang" ? CALLS / 10 : CALLS) * here.length}`),
      ),
      "the sensor's inventory",
    );
  },
);

t.test(
  "a sensor that starts among living connections of all stacks of gRPC tells what is called from then on, and no more",
  { skip: SKIP },
  async (t) => {
    const [folder, stacks] = stacksHere(t);
    const here = stacks.flatMap(({ command }) => (command === undefined ? [] : [command]));
    const scene = new Scene(folder, "gm");
    t.teardown(() => scene.spaces.remove());
    const targets: string[] = [];
    for (const command of here) targets.push(await scene.serve(command));
    const clients = here.flatMap((command) => targets.map((target) => scene.client(command, target, "pause")));
    for (const client of clients) await client.says(/^half/m, LOAD_MILLIS);
    const before = new Set<string>();
    const early = await scene.logs((here.length ** 2 * CALLS_OF_CLIENT) / 2);
    const { capture } = await scene.watch();
    for (const client of clients) {
      client.child.stdin?.write("\n");
      await client.says(/^done/m, LOAD_MILLIS);
    }
    const lines = await scene.logs(here.length ** 2 * CALLS_OF_CLIENT);
    await settle();
    await scene.end();

    const late = [...lines];
    for (const line of early) late.splice(late.indexOf(line), 1);
    const { calls } = await analyzeFile(capture);
    t.equal(calls.length, late.length, "as many calls as were made from then on");
    const invented = withoutLogged(calls, late.map(asCompared));
    t.same(invented, [], "and none that was not");
    t.comment(`${calls.filter(({ path }) => path === "<unknown-path>").length} of ${calls.length} without a path`);
    t.equal(before.size, 0);
  },
);

/** Calls that no line of the log may be; what could not be read of one may be anything. */
function withoutLogged(calls: readonly CallRecord[], lines: readonly string[]): string[] {
  return calls.map(asLogged).filter((line) => !lines.includes(line));
}
