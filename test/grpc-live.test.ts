import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { CallRecord } from "../shared/event.js";
import { mulberry32 } from "./bench/random.js";
import { analyzeFile } from "./support/analysis-run.js";
import { type GrpcStack, grpcStacks } from "./support/grpc-stacks.js";
import { settle, storedEndpoints } from "./support/live-capture.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, temporaryFolder, until } from "./support/program.js";

const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
/** Of each kind, by each client at each server. */
const CALLS = 20;
const START_MILLIS = 60_000;
const UNKNOWN_PATH = "<unknown-path>";
const NAMES = ["Add", "Hang", "Pack", "Send", "Talk", "Watch"];
const LOAD_MILLIS = 120_000;
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
      spawnSync(
        ...this.spaces.inside(space, "tc", "qdisc", "add", "dev", link, "root", "netem", "loss", `${percent}%`),
      );
  }

  log(): string[] {
    return this.#logs.flatMap((log) => readFileSync(log, "utf8").split("\n").slice(0, -1));
  }

  /** Waits until so many calls are in the logs. */
  async logs(count: number): Promise<string[]> {
    await until(`${count} calls in the logs`, () => (this.log().length >= count ? true : undefined), START_MILLIS);
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

/** As the servers' logs have it: an answer of trailers only has no messages. */
function asLogged(call: CallRecord): string {
  const { method, path, status, requestMessages, responseMessages = 0, rpcStatus } = call;
  const { requestMessageBytes, responseMessageBytes = 0 } = call;
  const counts = [requestMessages, responseMessages, requestMessageBytes, responseMessageBytes];
  return comparable([method, path, status, ...counts, rpcStatus].map((word) => word ?? "-").join(" "));
}

/** Without what the servers do not know: bytes of messages as they were compressed, and what a call taken back might have ended with. */
function comparable(line: string): string {
  const words = line.split(" ");
  if (words[1].endsWith("/Pack")) words[5] = words[6] = "*";
  if (words[1].endsWith("/Hang")) words[7] = "*";
  return words.join(" ");
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
    t.same(sorted(calls.map(asLogged)), sorted(lines.map(comparable)), "every call, its messages, sizes and status");
    t.equal(calls.length, here.length ** 2 * CALLS_OF_CLIENT);
    t.same(
      [...new Set(calls.flatMap(({ rpcRequestFields: fields }) => fields ?? []))],
      ["1:string 2:varint 3:string"],
      "what they are built of, compressed or not",
    );
    t.same([...new Set(calls.flatMap(({ requestClasses }) => requestClasses ?? []))], ["email"]);
    const random = mulberry32(0x5eed);
    const { calls: some } = await analyzeFile(capture, () => random() >= 0.01);
    const whole = some.filter(({ complete }) => complete);
    t.same(
      invented(whole, lines.map(comparable)),
      [],
      "one frame in a hundred not captured: what is told whole was so",
    );
    t.ok(some.length > 0.98 * lines.length && some.length <= lines.length, `${some.length} of ${lines.length} found`);
    t.same(
      storedEndpoints(database).map(({ template, calls: count }) => `${template} ${count}`),
      NAMES.flatMap((name) =>
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
    t.same(invented(calls, late.map(comparable)), [], "and none that was not");
    t.ok(calls.every(({ rpcSystem, complete }) => rpcSystem === "grpc" && !complete));
    const named = new Set(calls.filter(({ path }) => path !== UNKNOWN_PATH).map(({ path }) => path));
    t.same(
      [...named].sort(),
      NAMES.map((name) => `/shop.Cart/${name}`),
      "where the table allows it by their names",
    );
  },
);

/** Calls that are none of the log's. What stands in a table filled before is not known: a status of gRPC's, and with some a path. */
function invented(calls: readonly CallRecord[], lines: readonly string[]): string[] {
  const known = calls.filter(({ path }) => path !== UNKNOWN_PATH).map(asLogged);
  const unknown = calls.filter(({ path }) => path === UNKNOWN_PATH).map(asLogged);
  // What may be of any size comes last: else it would be taken for what has one.
  const open = (line: string): number => line.split("*").length;
  const left = [...lines].sort((a, b) => open(a) - open(b));
  const isNone = (told: string): boolean => {
    const found = left.findIndex((line) => mayBe(told.split(" "), line.split(" ")));
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  };
  return [...known.filter(isNone), ...unknown.filter(isNone)];
}

function mayBe(told: readonly string[], logged: readonly string[]): boolean {
  const isSame = (at: number): boolean =>
    told[at] === logged[at] || logged[at] === "*" || (at === 7 && told[at] === "-");
  return logged.every((_word, at) => isSame(at) || (at === 1 && told[at] === UNKNOWN_PATH));
}
