import { join } from "node:path";
import t from "tap";
import type { ConsoleServer } from "../console/http/server.js";
import { ConsoleStore } from "../console/store/console-store.js";
import { MIGRATIONS } from "../console/store/migrations.js";
import { coverageObject, coverageSummary } from "../sensor/report/coverage.js";
import { readCoverage } from "../sensor/store/read-coverage.js";
import { readInventory } from "../sensor/store/read-inventory.js";
import type { SensorStore } from "../sensor/store/sensor-store.js";
import type { StoredRow } from "../sensor/store/stored-row.js";
import { decodeEvent } from "../shared/event-wire.js";
import type { BlindInterval, HealthRecord } from "../shared/health.js";
import { openDatabase } from "../shared/sqlite/open-database.js";
import { told } from "./support/compliance-view.js";
import { startConsole } from "./support/console.js";
import { delta, link, sensorStore } from "./support/delivery.js";
import { freePort } from "./support/free-port.js";
import { exported } from "./support/inventory-file.js";
import { temporaryFolder, until } from "./support/program.js";
import { Scene } from "./support/scene.js";

const MINUTE = 60e6;

/** The last word of the run that began in this minute and was heard of for half of it. */
function run(minute: number, more: Partial<HealthRecord> = {}): HealthRecord {
  const startedMicros = minute * MINUTE;
  return {
    ...{ kind: "health", startedMicros, atMicros: startedMicros + MINUTE / 2, version: "1", lagMillis: 0, rssBytes: 1 },
    ...{ cpuPercent: 0, undecoded: { "ip-protocol-not-tcp": minute } },
    interfaces: [{ name: "eth0", state: "capturing", frames: 10 * minute, dropped: minute, restarts: 0 }],
    counters: { frames: 10 * minute, gap_bytes: 100 * minute, flows_refused: 1 },
    ...more,
  };
}

/** What a file tells of one sensor, but for its name. */
function coverageOf(file: string, sensor?: string): Record<string, unknown> {
  const [coverage] = readCoverage(file, sensor);
  const { sensor: _name, ...figures } = coverageObject(coverageSummary(coverage));
  return figures;
}

function rowsOf(file: string): StoredRow["record"][] {
  return [...readInventory(file)].map(({ record }) => record);
}

/** One connection: what waits is delivered. */
async function deliver(console: ConsoleServer, port: number, token: string, store: SensorStore): Promise<void> {
  const sensor = link(port, token, store);
  sensor.start();
  await until("the outbox is empty", () => (store.outbox.events === 0 ? true : undefined));
  sensor.stop();
  await until("it is gone", () => (console.store.sensors().every(({ connected }) => !connected) ? true : undefined));
}

t.test(
  "what a sensor lost stays lost: a console has all its runs, also those that began while it was away",
  async (t) => {
    const [folder, port] = [temporaryFolder(t), await freePort()];
    const [own, file] = [join(folder, "sensor.sqlite"), join(folder, "console.sqlite")];
    let console = await startConsole(folder, port);
    const { token = "" } = console.tokens.create("n1") ?? {};
    let store = sensorStore(folder);
    store.health(run(1, { counters: { gap_bytes: 1 } }));
    store.health(run(1));
    await deliver(console, port, token, store);
    store.close();
    await console.close();
    for (const minute of [2, 3]) {
      store = sensorStore(folder);
      store.health(run(minute));
      if (minute < 3) store.close();
    }
    console = await startConsole(folder, port);
    await deliver(console, port, token, store);
    t.match(coverageOf(own), { interfaces: [{ frames: 60, dropped: 6 }] });
    t.equal((coverageOf(own).runs as object[]).length, 3);
    t.same(coverageOf(file, "n1"), coverageOf(own), "every figure");
    const [state] = console.store.sensors();
    t.match(state.health, { startedMicros: 3 * MINUTE, counters: { gap_bytes: 300 } });
    t.match(state.allRuns, { counters: { gap_bytes: 600 }, undecoded: { "ip-protocol-not-tcp": 6 }, runs: 3 });
    store.health(run(3, { counters: { gap_bytes: 301 } }));
    await deliver(console, port, token, store);
    t.match(console.store.sensors()[0].allRuns?.counters, { gap_bytes: 601 }, "a run that goes on is counted once");

    for (let minute = 4; minute <= 130; minute++) {
      store.health(run(minute));
      if (minute % 40 === 0) await deliver(console, port, token, store);
    }
    await deliver(console, port, token, store);
    const [first, ...rest] = coverageOf(own).runs as { runs?: number; ran_seconds?: number }[];
    t.match(first, { runs: 30, ran_seconds: 900 }, "the oldest are kept as one");
    t.equal(rest.length, 100);
    const frames = (10 * 130 * 131) / 2;
    t.match(coverageOf(own), { interfaces: [{ frames }] }, "and nothing of them is forgotten");
    t.same(coverageOf(file, "n1"), coverageOf(own));
    await console.close();

    const scene = new Scene().get("/orders").get("/stock");
    const { rows } = scene.inventory.takeDelta(100);
    store.apply(delta({ inventory: { rows, removals: [] }, findings: scene.detection.all() }));
    store.blind({ kind: "blind", interfaceName: "eth0", fromMicros: 1, untilMicros: 5e6, reason: "gone" });
    console = await startConsole(folder, port);
    await deliver(console, port, token, store);
    await console.close();
    const inventory = rowsOf(own);
    t.ok(inventory.length > 4 && inventory.some(({ kind }) => kind === "finding"), "something to lose");
    t.same(rowsOf(file), inventory);

    const other = temporaryFolder(t);
    const replaced = await startConsole(other, port);
    const { token: anew = "" } = replaced.tokens.create("n1") ?? {};
    await deliver(replaced, port, anew, store);
    t.same(coverageOf(join(other, "console.sqlite")), coverageOf(own), "a console that is new hears of all");
    t.same(rowsOf(join(other, "console.sqlite")), inventory, "of the inventory, too");
    const { eventsKept } = replaced.store.sensors()[0];
    await deliver(replaced, port, anew, store);
    t.equal(replaced.store.sensors()[0].eventsKept - eventsKept, 101, "and that once: then of the runs alone");
    store.close();
    await replaced.close();
  },
);

t.test("losses make room last when a sensor has too much to tell", (t) => {
  const store = sensorStore(temporaryFolder(t), { events: 600 });
  for (let minute = 1; minute <= 5; minute++) store.health(run(minute));
  for (let at = 1; at <= 2_000; at++)
    store.outbox.add({ kind: "removal", serverAddress: "a", serverPort: at, method: "GET", template: "/x" });
  store.outbox.trim();
  const kinds = store.outbox.after(0, 6, 1e6).map(({ bytes }) => decodeEvent(bytes).kind);
  t.same(kinds, ["health", "health", "health", "health", "health", "removal"]);
  store.close();
  t.end();
});

t.test("a console's file of before this version keeps the run that it has, upgraded or not", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "console.sqlite");
  const before = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex((sql) => sql.includes("CREATE TABLE run")),
  );
  const old = openDatabase(path, {
    kind: "console",
    setting: "console.database",
    migrations: before,
    survives: "process",
  });
  const into =
    "INSERT INTO sensor (id, name, token_hash, created_micros, last_seen_micros, health) VALUES (?, ?, ?, 0, ?, ?)";
  old.prepare(into).run("1", "n1", "h1", 2 * MINUTE, JSON.stringify(run(1)));
  old.prepare(into).run("2", "n2", "h2", null, null);
  old.close();
  const told = () => readCoverage(path).map(({ runs, silence }) => ({ runs, silence }));
  const kept = [
    { runs: [run(1)], silence: undefined },
    { runs: [], silence: undefined },
  ];
  t.strictSame(told(), kept);
  new ConsoleStore({ database: path, maxCalls: 1, maxFindings: 1, maxConnections: 1 }).close();
  t.strictSame(told(), kept);
  t.end();
});

t.test("a sensor that is not heard of is told so, and that time counts as not seen", async (t) => {
  const folder = temporaryFolder(t);
  const console = await startConsole(folder, await freePort());
  const now = Date.now() * 1_000;
  const path = join(folder, "console.sqlite");
  for (const name of ["here", "gone"]) {
    const { id = "" } = console.tokens.create(name) ?? {};
    console.store.accept(id, {
      events: [{ sequence: 1, event: run(1, { startedMicros: now - 60 * MINUTE, atMicros: now }) }],
      ...{ droppedTotal: 0, callsNotSampledTotal: 0 },
    });
  }
  t.match(told(path).coverage, [{ interfaces: [{ state: "capturing" }] }, { interfaces: [{ state: "capturing" }] }]);
  console.store.database.prepare("UPDATE sensor SET last_seen_micros = ? WHERE name = 'gone'").run(now - 30 * MINUTE);
  const view = told(path);
  const since = new Date((now - 30 * MINUTE) / 1_000).toISOString().slice(0, 19);
  const [gone, here] = view.coverage;
  t.match(here, { sensor: "here", interfaces: [{ state: "capturing" }], blind_seconds: 0 });
  t.notOk("not_heard_of_since" in here);
  t.match(gone, { sensor: "gone", interfaces: [{ state: "not heard of" }], blind_intervals: [{ interface: "eth0" }] });
  t.match(gone.not_heard_of_since, since);
  t.ok(Math.abs(Number(gone.blind_seconds) - 1_800) < 60, "half an hour");
  const audit = view.frameworks.flatMap(({ controls }) => controls).find(({ id }) => id === "hipaa:164.312(b)");
  t.match(audit, {
    confidence: "low",
    to_be_judged: [/^1 sensor watches the network, 1 did and is not heard of any more,/],
  });
  t.match(audit?.not_visible, [
    new RegExp(`^Sensor gone was not heard of since ${since}`),
    /^1 time an interface was not captured, or not wholly, 1,8\d\d seconds together\.$/,
  ]);
  t.match(view.evidence.monitoring, { could_not_be_told: 1, counts: { "sensors not heard of": 1 } });
  const page = exported(path, "html");
  t.match(
    page,
    /interfaces were blind for 1,8\d\d seconds\. Of 2 1 was not heard of lately: that time counts as blind\./,
  );
  t.match(page, new RegExp(`<h3>Sensor gone</h3>\n<p>Not heard of from ${since}`));
  t.match(exported(path, "compliance-markdown"), new RegExp(`### Sensor gone\n\nNot heard of from ${since}`));
  const [alone] = JSON.parse(exported(path, "compliance-json", "--sensor", "gone")).coverage;
  t.match(alone.not_heard_of_since, since, "also by itself: the console would have heard of it");
  await console.close();
});

t.test("as many blind intervals as are kept are the least that there were, of each sensor by itself", async (t) => {
  const [folder, port] = [temporaryFolder(t), await freePort()];
  const console = await startConsole(folder, port);
  const { token = "" } = console.tokens.create("n1") ?? {};
  const { id: other = "" } = console.tokens.create("n2") ?? {};
  const store = sensorStore(folder);
  store.health(run(1));
  const gone = (at: number): BlindInterval => {
    const [fromMicros, untilMicros] = [at * 2e6, at * 2e6 + 1e6];
    return { kind: "blind", interfaceName: "eth0", fromMicros, untilMicros, reason: "gone" };
  };
  console.store.accept(other, {
    ...{
      events: [
        { sequence: 1, event: run(1) },
        { sequence: 2, event: gone(1) },
      ],
    },
    ...{ droppedTotal: 0, callsNotSampledTotal: 0 },
  });
  for (let at = 1; at <= 1_020; at++) store.blind(gone(at));
  await deliver(console, port, token, store);
  const [own, file] = [join(folder, "sensor.sqlite"), join(folder, "console.sqlite")];
  t.match(coverageOf(own), { blind_seconds: 1_000, blind_seconds_at_least: true });
  t.same(coverageOf(file, "n1"), coverageOf(own));
  t.match(console.store.sensors(), [{ blindCount: 1_000 }, { blindCount: 1 }], "the page has their number");
  t.equal(console.store.sensors()[0].blindIntervals.length, 50, "and the latest of them");
  t.match(exported(own, "html"), /interfaces were blind for at least 1,000 seconds/);
  t.match(exported(file, "compliance-markdown"), /1,000 blind intervals, at least 1,000 seconds together\./);
  t.match(exported(file, "compliance-markdown"), /1 blind interval, 1 second together\./);
  store.close();
  await console.close();
});
