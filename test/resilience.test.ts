import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import t from "tap";
import { loadSettings } from "../shared/config/load.js";
import { defaultSettings } from "../shared/config/settings.js";
import type { FindingRecord, ServiceRecord } from "../shared/event.js";
import type { HealthRecord } from "../shared/health.js";
import { freePort } from "./support/free-port.js";
import { IS_ROOT } from "./support/namespaces.js";
import { PROGRAM, processesWith, Running, run, temporaryFolder, until } from "./support/program.js";

const SERVICES = fileURLToPath(new URL("../demo/services.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing needs root";
const KILLS = 50;

/** Reads both files as they stand, also while they are written. */
function rows<T>(path: string, table: string): T[] {
  const database = new Database(path, { readonly: true });
  try {
    return database
      .prepare<[], { record: string }>(`SELECT record FROM ${table}`)
      .all()
      .map(({ record }) => JSON.parse(record));
  } finally {
    database.close();
  }
}

function callsOf(path: string): Map<string, number> {
  return new Map(rows<ServiceRecord>(path, "service").map(({ address, port, calls }) => [`${address}:${port}`, calls]));
}

function totalCalls(path: string): number {
  return [...callsOf(path).values()].reduce((sum, calls) => sum + calls, 0);
}

function outboxEvents(path: string): number {
  const database = new Database(path, { readonly: true });
  try {
    return (
      database.prepare<[], { events: number }>("SELECT count(*) AS events FROM outbox WHERE kind <> 'health'").get()
        ?.events ?? 0
    );
  } finally {
    database.close();
  }
}

function assertSound(path: string): string {
  const database = new Database(path);
  try {
    return String(database.pragma("integrity_check", { simple: true }));
  } finally {
    database.close();
  }
}

function callsOfRuns(file: string): number {
  return rows<HealthRecord>(file, "run").reduce((sum, { counters }) => sum + (counters.calls ?? 0), 0);
}

t.test(
  `killed ${KILLS} times at random moments, sensor and console lose nothing that was kept`,
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const port = await freePort();
    const [sensorFile, consoleFile, tokenFile] = ["s.sqlite", "c.sqlite", "token"].map((name) => join(folder, name));
    const made = run(["add-sensor", "s", "--database", consoleFile]);
    writeFileSync(tokenFile, made.out);
    const services = new Running(process.execPath, [SERVICES]);
    await services.says(/listening/);
    const startConsole = (): Running =>
      Running.program(["console", "--listen", `127.0.0.1:${port}`, "--database", consoleFile]);
    const startSensor = (): Running =>
      Running.program([
        ...["sensor", "-i", "lo", "--filter", "tcp port 18080", "--listen", "", "--database", sensorFile],
        ...["--console", `ws://127.0.0.1:${port}`, "--token-file", tokenFile],
        ...["-s", "deliver.retryMaxMillis=300"],
      ]);
    let console = startConsole();
    let sensor = startSensor();
    await sensor.says(/connected to the console/);
    let random = 0x2f6e2b1;
    const next = (): number => {
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
      return random >>> 0;
    };
    let counted = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      // A slow machine may have every sensor killed before it counts: now and then one is given the time it needs.
      if (kill % 10 === 8) {
        await until("calls counted since", () => (totalCalls(sensorFile) > counted + 50 ? true : undefined), 60_000);
        counted = totalCalls(sensorFile);
      }
      await new Promise((resolve) => setTimeout(resolve, 300 + (next() % 1_500)));
      const killsSensor = kill % 2 === 0;
      const before = callsOf(killsSensor ? sensorFile : consoleFile);
      const findingsBefore = rows<FindingRecord>(killsSensor ? sensorFile : consoleFile, "finding");
      await (killsSensor ? sensor : console).end("SIGKILL");
      const after = callsOf(killsSensor ? sensorFile : consoleFile);
      const findingsAfter = new Map(
        rows<FindingRecord>(killsSensor ? sensorFile : consoleFile, "finding").map((one) => [one.id, one.count]),
      );
      const lost = [...before].filter(([service, calls]) => (after.get(service) ?? 0) < calls);
      const lostFindings = findingsBefore.filter(({ id, count }) => (findingsAfter.get(id) ?? 0) < count);
      if (lost.length + lostFindings.length > 0) t.fail(`kill ${kill} lost ${JSON.stringify(lost)}`);
      // What a run lost and did not see stands in the same counters, and is as new as what it saw.
      if (killsSensor && callsOfRuns(sensorFile) < totalCalls(sensorFile))
        t.fail(
          `kill ${kill}: ${callsOfRuns(sensorFile)} calls in the runs' counters, ${totalCalls(sensorFile)} in the inventory`,
        );
      if (killsSensor) sensor = startSensor();
      else console = startConsole();
    }
    t.pass(`${KILLS} kills`);
    await services.end();
    // The last one may have been started just now: a signal would end it before it hears any.
    await sensor.says(/connected to the console/);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await until("an empty outbox", () => (outboxEvents(sensorFile) === 0 ? true : undefined));
    t.equal(await sensor.end(), 0);
    await console.end();
    t.equal(assertSound(sensorFile), "ok");
    t.equal(assertSound(consoleFile), "ok");
    t.ok(totalCalls(sensorFile) >= counted && counted > 250, "it went on counting all along");
    for (const table of ["service", "edge", "endpoint", "finding"]) {
      const key = (record: object): string => JSON.stringify(record, Object.keys(record).sort());
      t.same(
        rows<object>(consoleFile, table).map(key).sort(),
        rows<object>(sensorFile, table).map(key).sort(),
        `the console's ${table} rows are the sensor's`,
      );
    }
  },
);

for (const way of ["killed", "asked to end twice"] as const)
  t.test(`a demo that is ${way} leaves neither a process nor its folder behind`, async (t) => {
    const folder = temporaryFolder(t);
    const port = await freePort();
    const demo = Running.program(["demo", "--listen", `127.0.0.1:${port}`], { TMPDIR: folder });
    await demo.says(/Ctrl-C ends the demo/);
    t.match(readdirSync(folder), [/^eastwatch-demo-/]);
    if (way === "killed") await demo.end("SIGKILL");
    else {
      const gone = demo.end("SIGTERM");
      // From when it ends by itself to when it has: a signal then ends it at once.
      for (let again = 0; again < 50; again++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        demo.child.kill("SIGTERM");
      }
      await gone;
    }
    await until("an empty folder", () => (readdirSync(folder).length === 0 ? true : undefined));
    const listening = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    t.equal(listening, undefined, "the console has ended");
    // The keeper removes the folder, and is the last to go.
    await until("the keeper's end", () => (processesWith("cmdline", folder).length === 0 ? true : undefined));
  });

const WITHOUT_RIGHT = [
  ["whose user has not the right to capture", ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]],
  ["whose right to capture is none over this network", ["unshare", "--user", "--map-root-user"]],
] as const;

for (const [which, [command, ...parameters]] of WITHOUT_RIGHT)
  t.test(`a demo ${which} says so and replays a capture`, { skip: mayRun(command, parameters) }, async (t) => {
    const folder = temporaryFolder(t);
    const port = await freePort();
    const program = [process.execPath, PROGRAM, "demo", "--listen", `127.0.0.1:${port}`];
    const demo = new Running(command, [...parameters, ...program], { TMPDIR: folder });
    await demo.says(/may not capture here \(CAP_NET_RAW is missing\): a capture made before is replayed instead/);
    await demo.says(/captures replay:/);
    const file = join(folder, readdirSync(folder)[0], "console.sqlite");
    await until("a service on the console", () => (rows<ServiceRecord>(file, "service").length > 0 ? true : undefined));
    t.notMatch(demo.text, /can't see/);
    await demo.end();
  });

t.test("a port that is taken ends the demo's services with the remedy", async (t) => {
  temporaryFolder(t);
  const port = await freePort();
  const taken = createServer().listen(port, "127.0.20.4");
  await once(taken, "listening");
  const demo = new Running(process.execPath, [SERVICES], { EASTWATCH_DEMO_PORT: String(port) });
  const [code] = await once(demo.child, "close");
  taken.close();
  t.same(
    [code, demo.text],
    [
      2,
      `eastwatch: the demo's services can't listen: listen EADDRINUSE: address already in use 127.0.20.4:${port}; end what uses port ${port}, or set EASTWATCH_DEMO_PORT to another\n`,
    ],
  );
  const loaded = loadSettings({ environment: { EASTWATCH_DEMO_PORT: "1" } });
  t.same(loaded.settings, defaultSettings(), "the variable is no setting");
});

function mayRun(command: string, parameters: readonly string[]): false | string {
  const { status } = spawnSync(command, [...parameters, "true"]);
  return IS_ROOT && status === 0 ? false : `SKIPPED: ${command} can't be used here`;
}
