import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import type { CallRecord } from "../shared/event.js";
import { mulberry32 } from "./bench/random.js";
import { analyzeFile } from "./support/analysis-run.js";
import { captureLive, settle, storedEndpoints, storedServices } from "./support/live-capture.js";
import { IS_ROOT, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, temporaryFolder } from "./support/program.js";

const ORIGIN = fileURLToPath(new URL("./support/http2-origin.js", import.meta.url));
const PLAIN_ORIGIN = fileURLToPath(new URL("./support/origin.js", import.meta.url));
const LOAD = fileURLToPath(new URL("./support/http2-load.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const CALLS = 4_000;
/** Python of the system, which has the system's packages. */
const PYTHON = "/usr/bin/python3";
const PYTHON_LOAD = fileURLToPath(new URL("../../test/support/grpc-load.py", import.meta.url));
/** Of each kind. */
const PYTHON_CALLS = 400;

type Test = Pick<typeof t, "same" | "equal" | "ok">;

/** A call as the origin's log has it; without sizes and gRPC's status where bytes of it may be missing. */
function asLogged(call: CallRecord): string {
  const { method, path, status, requestBodySize, responseBodySize, rpcStatus } = call;
  return [method, path, status, requestBodySize, responseBodySize, rpcStatus].map((word) => word ?? "-").join(" ");
}

function tally(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Takes from `counts` what it is given; what was not there. */
function takeOut(counts: Map<string, number>, lines: readonly string[]): string[] {
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}

/** What of a call that is not whole can't be so, compared with what else the log has. */
function inventedParts(calls: readonly CallRecord[], log: ReadonlyMap<string, number>): string[] {
  const left = [...log].flatMap(([line, count]) => Array<string>(Math.max(0, count)).fill(line));
  const paths = tally(left.map((line) => line.split(" ").slice(0, 2).join(" ")));
  const known = calls.filter(({ path }) => path !== undefined && path !== "<unknown-path>");
  return takeOut(
    paths,
    known.map(({ method, path }) => `${method} ${path}`),
  );
}

t.test(
  "every call of the servers' own logs is found over HTTP/2 and gRPC, and none is invented",
  { skip: SKIP },
  async (t) => {
    const { log, capture, database } = await captureLive(t, "h2", ORIGIN, (inClient) => {
      t.match(inClient(process.execPath, LOAD, "10.98.0.2", "8080", String(CALLS)).stdout, /done/);
      const h2load = inClient("h2load", "-n", "2000", "-c", "4", "-m", "100", "http://10.98.0.2:8080/load/of/h2load");
      t.match(h2load.stdout, /2000 succeeded/);
    });
    const lines = readFileSync(log, "utf8").trim().split("\n");
    t.equal(lines.length, CALLS * 1.25 + 2_000);
    t.same(fromInventory(database), fromLog(lines), "the sensor's inventory");
    await compareWithLog(t, capture, lines);
  },
);

t.test("every call of gRPC's own core, as Python has it, is found, and none is invented", { skip: SKIP }, async (t) => {
  const { log, capture, database } = await captureLive(t, "gp", ORIGIN, (inClient) => {
    const { stdout, stderr } = inClient(PYTHON, PYTHON_LOAD, "10.98.0.2", "8081", String(PYTHON_CALLS));
    t.match(stdout + stderr, /^done/m);
  });
  const lines = readFileSync(log, "utf8").trim().split("\n");
  t.equal(lines.length, PYTHON_CALLS * 4);
  t.same(fromInventory(database), fromLog(lines), "the sensor's inventory");
  await compareWithLog(t, capture, lines);
});

/** All of it, and with frames that are not seen: what is told is what the servers wrote down, or says that it is not whole. */
async function compareWithLog(t: Test, capture: string, lines: readonly string[]): Promise<void> {
  const { calls: whole } = await analyzeFile(capture);
  const left = tally(lines);
  t.same(takeOut(left, whole.map(asLogged)), [], "none is invented");
  t.equal(whole.length, lines.length, "all are found");
  t.ok(whole.every(({ complete }) => complete));

  const random = mulberry32(0x5eed);
  for (const [name, least, isSeen] of [
    ["one frame in a hundred lost", 0.98, () => random() >= 0.01],
    ["joined in the middle", 0, (frame: number) => frame > 500],
  ] as const) {
    const { calls } = await analyzeFile(capture, isSeen);
    const rest = tally(lines);
    t.same(
      takeOut(rest, calls.filter(({ complete }) => complete).map(asLogged)),
      [],
      `${name}: no whole call is invented`,
    );
    t.same(
      inventedParts(
        calls.filter(({ complete }) => !complete),
        rest,
      ),
      [],
      `${name}: nor part of one`,
    );
    t.ok(
      calls.length <= lines.length && calls.length >= least * lines.length,
      `${name}: ${calls.length} of ${lines.length}`,
    );
    t.ok(
      calls.some(({ complete }) => !complete),
      `${name}: and it says so`,
    );
  }
}

t.test("an upgrade from HTTP/1.1 is one call, as its server has it", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const spaces = new Namespaces("up");
  t.teardown(() => spaces.remove());
  const database = join(folder, "s.sqlite");
  const log = join(folder, "log");
  const origin = new Running(...spaces.inside(spaces.server, process.execPath, PLAIN_ORIGIN, "8081", log));
  await origin.says(/listening/);
  const proxy = ["--frontend=10.98.0.2,8080;no-tls", "--backend=127.0.0.1,8081", "--conf=/dev/null"];
  const server = new Running(...spaces.inside(spaces.server, "nghttpx", ...proxy));
  const flags = ["sensor", "-i", "ews", "--database", database, "--listen", ""];
  const sensor = new Running(...spaces.inside(spaces.server, process.execPath, PROGRAM, ...flags));
  await sensor.says(/captures ews/);
  await settle();
  const ask = (command: string, ...parameters: string[]) =>
    spawnSync(...spaces.inside(spaces.client, command, ...parameters));
  const page = (path: string): string => `http://10.98.0.2:8080/${path}`;
  t.equal(ask("nghttp", "-n", "-u", page("a"), page("b")).status, 0);
  t.equal(ask("curl", "-s", "-o", "/dev/null", "--http2", page("c"), "-o", "/dev/null", page("d")).status, 0);
  t.equal(ask("curl", "-s", "-o", "/dev/null", "--http2-prior-knowledge", page("e")).status, 0);
  await settle();
  t.equal(await sensor.end(), 0);
  await server.end();
  await origin.end();
  t.same(
    storedEndpoints(database).map(
      ({ method, template, statuses }) => `${method} ${template} ${JSON.stringify(statuses)}`,
    ),
    ["/a", "/b", "/c", "/d", "/e"].map((path) => `GET ${path} {"200":1}`),
  );
  t.equal(readFileSync(log, "utf8").trim().split("\n").length, 5);
});

/** `POST /shop.Cart/Add 200` → how many; numbers in paths are parameters. */
function fromLog(lines: readonly string[]): Record<string, number> {
  const named = lines.map((line) => line.split(" ").slice(0, 3).join(" ").replace(/\/\d+/, "/{orderId}"));
  return Object.fromEntries([...tally(named)].sort());
}

function fromInventory(path: string): Record<string, number> {
  const named = storedEndpoints(path).flatMap(({ method, template, statuses }) =>
    Object.entries(statuses).map(([status, count]): [string, number] => [`${method} ${template} ${status}`, count]),
  );
  const unknown = storedServices(path).flatMap(({ unknownPaths }) => Object.entries(unknownPaths?.often ?? {}));
  return Object.fromEntries(
    [...named, ...unknown.map(([target, count]): [string, number] => [`${target} 404`, count])].sort(),
  );
}
