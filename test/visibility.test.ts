import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import { MIGRATIONS as CONSOLE_MIGRATIONS } from "../console/store/migrations.js";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { readCaptureFile } from "../sensor/capture/capture-file.js";
import { Decoder } from "../sensor/decode/decoder.js";
import { FlowTable } from "../sensor/flow/flow-table.js";
import type { Flow, Roles, Stream, StreamSource } from "../sensor/flow/stream.js";
import { Inventory } from "../sensor/inventory/inventory.js";
import { Dispatcher } from "../sensor/protocol/dispatcher.js";
import { MIGRATIONS as SENSOR_MIGRATIONS } from "../sensor/store/migrations.js";
import type { ServiceRecord } from "../shared/event.js";
import { decodeEvent } from "../shared/event-wire.js";
import { COUNT_BYTES } from "../shared/sqlite/visibility-migration.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { mulberry32 } from "./bench/random.js";
import { capturesUnder } from "./fuzz/mutate.js";
import { strictSettings } from "./support/analysis-run.js";
import { CORPORA } from "./support/corpus.js";
import { delta, sensorStore } from "./support/delivery.js";
import { type FeedOptions, feed, type Step } from "./support/dialog.js";
import { ANSWER, ASK, FATES, GARBAGE, lengthOf, POSTGRES } from "./support/fate-cases.js";
import { TcpDialog } from "./support/frame-builder.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { run, temporaryFolder } from "./support/program.js";
import { consoleWithSensor, NOW } from "./support/teller.js";
import { frameOf, START_MICROS, type TimedFrame } from "./support/timed-frame.js";
import { flight13 } from "./support/tls-flights.js";

/** Everything up to the inventory; what the dispatcher was given is counted on the way. */
class Whole implements StreamSource {
  readonly inventory: Inventory;
  /** Server → bytes that came and bytes that were lost. */
  readonly given = new Map<string, [seen: number, lost: number]>();
  readonly flows: FlowTable;
  readonly frames: { frame(frame: ReturnType<typeof frameOf>): void; finish(): void };
  readonly #dispatcher: Dispatcher;

  constructor() {
    const settings = strictSettings();
    const deaf = { call() {}, anomaly() {}, connection() {}, handshake() {}, settled() {} };
    this.inventory = new Inventory(settings.inventory, deaf);
    this.#dispatcher = new Dispatcher(settings.protocol, this.inventory, this.inventory);
    this.flows = new FlowTable(settings.flow, this, 1);
    const decoder = new Decoder(settings.decode, this.flows);
    let lastMicros = 0;
    this.frames = {
      frame: (one) => {
        lastMicros = Math.max(lastMicros, one.atMicros);
        decoder.frame(one);
      },
      finish: () => {
        decoder.finish();
        this.flows.finish(lastMicros);
      },
    };
  }

  open(flow: Flow, roles: Roles): Stream {
    const inner = this.#dispatcher.open(flow, roles);
    let [seen, lost] = [0, 0];
    return {
      data: (from, bytes, start, end, atMicros) => {
        seen += end - start;
        inner.data(from, bytes, start, end, atMicros);
      },
      gap: (from, length, atMicros) => {
        lost += length;
        inner.gap(from, length, atMicros);
      },
      finished: (from, atMicros) => inner.finished(from, atMicros),
      tell: (atMicros) => inner.tell?.(atMicros),
      close: (reason, atMicros) => {
        const key = `${flow.serverAddress} ${flow.serverPort}`;
        const [seenBefore, lostBefore] = this.given.get(key) ?? [0, 0];
        if (seen + lost > 0) this.given.set(key, [seenBefore + seen, lostBefore + lost]);
        inner.close(reason, atMicros);
      },
    };
  }
}

/** `parsed 70, not-understood redis 14`, sorted; what was told and taken back leaves nothing. */
function fates(steps: readonly Step[], options: FeedOptions = {}): string {
  const sums = new Map<string, number>();
  const ledger = {
    bytes(_: unknown, fate: string, bytes: number, protocol: string): void {
      const key = fate === "not-understood" ? `${fate} ${protocol}` : fate;
      sums.set(key, (sums.get(key) ?? 0) + bytes);
    },
  };
  feed(steps, { ...options, ledger });
  return [...sums]
    .filter(([, bytes]) => bytes !== 0)
    .map(([key, bytes]) => `${key} ${bytes}`)
    .sort()
    .join(", ");
}

t.test("every byte of a connection has one fate", (t) => {
  for (const { name, steps, late, fates: expected } of FATES) {
    const options: FeedOptions = late ? { rolesFrom: "ports" } : {};
    t.equal(fates(steps, options), expected, name);
    const sum = (told: string): number =>
      told.split(", ").reduce((total, one) => total + (one.startsWith("lost") ? 0 : Number(one.split(" ").at(-1))), 0);
    t.equal(
      sum(fates(steps, { ...options, pieceBytes: 1 })),
      lengthOf(steps),
      `${name}, byte by byte: as many as seen`,
    );
  }
  t.end();
});

t.test("a long connection is told before it ends, also what it carries, and nothing twice", (t) => {
  const { inventory, frames } = new Whole();
  let atMicros = START_MICROS;
  const dialog = new TcpDialog({}, (bytes) => frames.frame(frameOf({ bytes, atMicros }))).open();
  dialog.send("client", "CONNECT db:1 HTTP/1.1\r\n\r\n").send("server", "HTTP/1.1 200 OK\r\n\r\n");
  dialog.send("client", POSTGRES).send("server", "N");
  const told = () => [...inventory.services()].map((s) => [s.parsedBytes, s.notUnderstood, s.missingBytes])[0];
  for (let minute = 1; minute <= 3; minute++) {
    atMicros += 60e6;
    dialog.send("client", "0123456789");
  }
  t.same(told(), [44, { postgresql: 28 }, 0], "all but the packet that brought the time, and what is held");
  dialog.send("server", "0123456789").close();
  t.same(told(), [44, { postgresql: 49 }, 0]);
  t.end();
});

t.test("a connection joined late in which nothing is recognised is told after a minute", (t) => {
  const { inventory, frames } = new Whole();
  let atMicros = START_MICROS;
  const dialog = new TcpDialog({}, (bytes) => frames.frame(frameOf({ bytes, atMicros })));
  for (let second = 0; second < 120; second += 10) {
    atMicros += 10e6;
    dialog.send("client", GARBAGE);
  }
  const [service] = inventory.services();
  t.match(service, { address: "10.0.0.2", port: 8080, parsedBytes: 0, notUnderstood: {} });
  t.ok((service?.joinedLateBytes ?? 0) >= 56, `${service?.joinedLateBytes} bytes`);
  frames.finish();
  t.match([...inventory.services()], [{ joinedLateBytes: 96 }]);
  t.end();
});

function seenBytes(service: ServiceRecord): number {
  const other = Object.values(service.notUnderstood).reduce((sum, bytes) => sum + bytes, 0);
  return service.parsedBytes + service.encryptedBytes + other + service.joinedLateBytes;
}

t.test("for each service of the captures, what became of its bytes adds up to what was seen and lost", async (t) => {
  if (!existsSync(CORPORA)) {
    t.comment(`SKIPPED: no captures at ${CORPORA}; name their folder in EASTWATCH_CORPORA`);
    return;
  }
  let services = 0;
  let bytes = 0;
  for (const path of capturesUnder(CORPORA)) {
    const whole = new Whole();
    const sink = { frame: (one: Parameters<typeof whole.frames.frame>[0]) => whole.frames.frame(one), statistics() {} };
    await readCaptureFile(path, sink).catch(() => {});
    whole.frames.finish();
    const told = [...whole.inventory.services()].map((service): [string, [number, number]] => [
      `${service.address} ${service.port}`,
      [seenBytes(service), service.missingBytes],
    ]);
    t.same(new Map(told.filter(([, [seen, lost]]) => seen + lost > 0)), whole.given, path);
    const { counters } = whole.inventory;
    t.equal(counters.bytes_lost, whole.flows.reassembly.counters.gap_bytes, `${path}: lost`);
    services += told.length;
    bytes += told.reduce((sum, [, [seen]]) => sum + seen, 0);
  }
  t.ok(services > 100, `${services} services, ${bytes} bytes`);
});

t.test("with frames lost at random, bytes seen and lost are those that were captured and that were not", (t) => {
  const random = mulberry32(99);
  const pipeline = new Pipeline(strictSettings(), {}, 1);
  const truth = new Map<string, [seen: number, lost: number]>();
  for (const [port, steps] of [
    [
      80,
      [
        ["client", ASK],
        ["server", ANSWER],
      ],
    ],
    [443, flight13([53, 120])],
    [
      5_432,
      [
        ["client", POSTGRES],
        ["server", GARBAGE],
      ],
    ],
    [
      9_999,
      [
        ["client", GARBAGE],
        ["server", GARBAGE],
      ],
    ],
  ] as const) {
    for (let connection = 0; connection < 300; connection++) {
      const frames: TimedFrame[] = [];
      const emit = (bytes: Buffer): void => void frames.push({ bytes, atMicros: START_MICROS + frames.length });
      const dialog = new TcpDialog(
        { clientPort: 20_000 + connection, serverPort: port, segmentBytes: 40 },
        emit,
      ).open();
      for (const [from, what] of [...steps, ...steps]) dialog.send(from, what as string | Buffer);
      dialog.close();
      const sums = truth.get(`10.0.0.2 ${port}`) ?? [0, 0];
      truth.set(`10.0.0.2 ${port}`, sums);
      for (const [at, frame] of frames.entries()) {
        const payload = frame.bytes.length - 14 - 20 - 32;
        const isKept = at < 3 || at >= frames.length - 3 || random() >= 0.1;
        sums[isKept ? 0 : 1] += payload;
        if (isKept) pipeline.frame(frameOf(frame));
      }
    }
  }
  pipeline.finish();
  const services = [...pipeline.inventory.services()];
  const told = services.map((one) => [`${one.address} ${one.port}`, [seenBytes(one), one.missingBytes]] as const);
  t.same(new Map(told), truth);
  const lost = [...truth.values()].reduce((sum, [, one]) => sum + one, 0);
  const counters = pipeline.counters();
  t.match(counters, { bytes_lost: lost, gap_bytes: lost });
  t.ok(lost > 1_000);
  t.same(
    [...pipeline.inventory.edges()].map(({ serverPort, missingBytes }) => [serverPort, missingBytes]),
    [...truth].map(([key, [, bytes]]) => [Number(key.split(" ")[1]), bytes]),
    "edges have the bytes missing of all their connections",
  );
  t.end();
});

t.test("the ledger is kept over a restart, comes with the exports, and through the wire", (t) => {
  const folder = temporaryFolder(t);
  const store = sensorStore(folder);
  const before = new Whole();
  const dialog = new TcpDialog({}, (bytes) => before.frames.frame(frameOf({ bytes, atMicros: START_MICROS }))).open();
  dialog.send("client", POSTGRES).send("server", "no").close();
  store.apply(delta({ inventory: before.inventory.takeDelta(10) }));
  const after = new Whole();
  after.inventory.restore(store.rows());
  new TcpDialog({ clientPort: 1 }, (bytes) => after.frames.frame(frameOf({ bytes, atMicros: START_MICROS })))
    .open()
    .send("client", ASK)
    .send("client", POSTGRES)
    .close();
  const { rows } = after.inventory.takeDelta(10);
  store.apply(delta({ inventory: { rows, removals: [] } }));
  const told = store.outbox.after(0, 10, 1 << 20).map(({ bytes }) => decodeEvent(bytes));
  t.match(
    told.find(({ kind }) => kind === "service"),
    {
      parsedBytes: 39,
      notUnderstood: { postgresql: 10 },
      joinedLateBytes: 0,
      missingBytes: 0,
    },
  );
  store.close();
  const out = run(["export", "--format", "ndjson", "--database", join(folder, "sensor.sqlite")]).out.split("\n")[0];
  t.match(JSON.parse(out), {
    ...{ kind: "service", parsed_bytes: 39, encrypted_bytes: 0, not_understood_bytes: 10 },
    ...{ not_understood: { postgresql: 10 }, joined_late_bytes: 0, missing_bytes: 0 },
  });
  const html = run(["export", "--format", "html", "--database", join(folder, "sensor.sqlite")]).out;
  t.match(html, /<td>10\.0\.0\.2:8080|shop/);
  t.match(html, /<td class="number">39<\/td><td class="number">0<\/td><td class="number">10<\/td><td>postgresql<\/td>/);
  t.end();
});

t.test("a file of a version that counted no bytes is brought up to date, in sensor and console", (t) => {
  const old = { kind: "service", address: "10.0.0.2", port: 80, name: "a", names: [], connections: 3 };
  for (const [migrations, columns] of [
    [SENSOR_MIGRATIONS, "(address, port, record, state) VALUES ('10.0.0.2', 80, ?, '{}')"],
    [CONSOLE_MIGRATIONS, "(sensor, identity, last_micros, record) VALUES ('s', '10.0.0.2 80', 1, ?)"],
  ] as const) {
    const database = new Database(":memory:");
    const at = migrations.indexOf(COUNT_BYTES);
    for (const migration of migrations.slice(0, at)) database.exec(migration);
    database.prepare(`INSERT INTO service ${columns}`).run(JSON.stringify(old));
    for (const migration of migrations.slice(at)) database.exec(migration);
    const record = database.prepare<[], string>("SELECT record FROM service").pluck().get() ?? "";
    t.match(JSON.parse(record), {
      ...{ ...old, parsedBytes: 0, encryptedBytes: 0, notUnderstood: {}, joinedLateBytes: 0, missingBytes: 0 },
    });
  }
  t.end();
});

t.test("analyze tells it in the summary, for each service and altogether", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "a.pcap");
  const pcap = new PcapOutput(capture);
  const dialog = new TcpDialog({ serverPort: 5_432 }, (bytes) => pcap.frame(bytes)).open();
  dialog.send("client", POSTGRES).send("server", "no").close();
  pcap.close();
  t.equal(run(["analyze", capture, "--out", join(folder, "out")]).code, 0);
  const { visibility } = JSON.parse(readFileSync(join(folder, "out/summary.json"), "utf8"));
  const counts = {
    parsed_bytes: 0,
    encrypted_bytes: 0,
    not_understood_bytes: 10,
    joined_late_bytes: 0,
    missing_bytes: 0,
  };
  t.same(visibility, {
    ...counts,
    services: [
      {
        ...{ service: "10.0.0.2:5432", "server.address": "10.0.0.2", "server.port": 5_432 },
        ...{ ...counts, not_understood: { postgresql: 10 } },
      },
    ],
  });
  t.end();
});

t.test("the page shows what of a service's traffic was seen, the blindest first", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  const seen = { parsedBytes: 0, encryptedBytes: 0, notUnderstood: {}, joinedLateBytes: 0, missingBytes: 0 };
  const service = (name: string, bytes: Partial<ServiceRecord>): ServiceRecord => ({
    ...{ kind: "service", address: "10.0.0.2", port: name.length, name, names: [], software: [], frameworks: [] },
    ...{ headerOrders: [], protocols: [], connections: 1, calls: 0, firstMicros: NOW, lastMicros: NOW, ...seen },
    ...bytes,
  });
  await sensor.tell([
    service("cart", { parsedBytes: 4_000_000 }),
    service("ledger", { parsedBytes: 1_000, encryptedBytes: 7_000, notUnderstood: { redis: 1_000, unknown: 500 } }),
    service("orders", { joinedLateBytes: 300, missingBytes: 200, port: 90 }),
    service("old", {}),
  ]);
  const { page, troubles } = await enter(t, console.setupLink ?? "");
  await page.click('nav button:text-is("Services")');
  await page.click('th button:has-text("Traffic seen")');
  const rows = page.locator("main table tbody tr");
  await rows.first().waitFor();
  t.same(
    (await rows.allTextContents()).map((text) => /^(cart|ledger|orders|old)/.exec(text)?.[0]),
    ["ledger", "orders", "old", "cart"],
  );
  t.same(await page.locator("main svg").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("aria-label"))), [
    "Encrypted 73 % · Read 10 % · Not understood: redis 10 % · Not recognised 5 %",
    "Joined late 60 % · Missing 40 %",
    "Read 100 %",
  ]);
  await rows.first().click();
  const detail = page.locator(DETAIL);
  const cells = await detail
    .locator("ul.shares li p:first-child")
    .evaluateAll((all) => all.map((line) => [...line.children].slice(1).map(({ textContent }) => textContent)));
  t.same(cells, [
    ["Read", "1.0 kB", "10 %"],
    ["Encrypted", "7.0 kB", "73 %"],
    ["Not understood: redis", "1.0 kB", "10 %"],
    ["Not recognised", "500 B", "5 %"],
  ]);
  await shot(page, "visibility");
  t.same(troubles, []);
});
