import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ConsoleLink, type DeliverSettings } from "../sensor/deliver/console-link.js";
import { ConsoleConversation, ConversationError, SensorConversation } from "../shared/conversation.js";
import type { CallRecord, FindingRecord, SensorEvent } from "../shared/event.js";
import { decodeEvent, decodeSensorMessage, encodeBatch, encodeEvent, WireError } from "../shared/event-wire.js";
import { startConsole } from "./support/console.js";
import { delta, IDENTITY, link, sensorStore } from "./support/delivery.js";
import { freePort } from "./support/free-port.js";
import { temporaryFolder, until } from "./support/program.js";
import { Scene } from "./support/scene.js";

function call(number: number): CallRecord {
  return {
    kind: "call",
    atMicros: 1_700_000_000_000_000 + number,
    flowId: "00000000000000aa",
    clientAddress: "10.0.0.1",
    clientPort: 40_000,
    serverAddress: "10.0.0.2",
    serverPort: 80,
    service: "shop",
    version: "1.1",
    method: "GET",
    path: `/${number}`,
    credentials: [],
    complete: false,
    missingBytes: 0,
  };
}

function finding(id: string, count: number): FindingRecord {
  return {
    kind: "finding",
    id,
    rule: "cleartext-http",
    severity: "medium",
    title: "t",
    summary: "s",
    count,
    firstMicros: 1,
    lastMicros: 2,
    evidence: { text: "a", number: 0, flag: false, list: ["b"] },
    references: ["cwe:319"],
  };
}

t.test("every kind of event comes through the wire as it was", (t) => {
  const scene = new Scene();
  scene.get("/orders/1", { fields: "User-Agent: \u00e9\u0000<script>\r\n" }).get("/orders/2", { client: "10.9.9.9" });
  scene.get("/none", { status: 404 }).get("/none", { status: 404 });
  const events: SensorEvent[] = [
    ...scene.inventory.takeDelta(100).rows.map(({ record }) => record),
    ...scene.detection.all(),
    call(1),
    finding("a", 0),
    { kind: "removal", serverAddress: "a", serverPort: 1, method: "GET", template: "/x", mergedInto: "/{id}" },
    { kind: "blind", interfaceName: "eth0", fromMicros: 5, reason: "gone" },
    { kind: "blind", interfaceName: "eth0", fromMicros: 5, reason: "dropped", isPartial: true },
    { kind: "blind", interfaceName: "eth0", fromMicros: 5, untilMicros: 2 ** 52, reason: "gone" },
    {
      kind: "health",
      atMicros: 1,
      startedMicros: 0,
      version: "1",
      interfaces: [
        { name: "lo", state: "capturing", frames: 0, restarts: 0 },
        {
          ...{ name: "eth0", state: "blind", frames: 7, restarts: 1, dropped: 3, implementation: "native" },
          ...{ droppedByInterface: 0, droppedByKernel: 3 },
        },
      ],
      counters: { frames: 0, calls: 7 },
      undecoded: {},
      lagMillis: 0.5,
      rssBytes: 0,
      cpuPercent: 0,
    },
  ];
  for (const event of events) t.same(decodeEvent(encodeEvent(event)), event, event.kind);
  const batch = encodeBatch(
    events.map((event, index) => ({ sequence: 2 ** 40 + index, bytes: encodeEvent(event) })),
    3,
    4,
  );
  t.match(decodeSensorMessage(batch), {
    type: "batch",
    droppedTotal: 3,
    callsNotSampledTotal: 4,
    events: events.map((event, index) => ({ sequence: 2 ** 40 + index, event })),
  });
  for (let length = 0; length < batch.length; length += 7) {
    try {
      decodeSensorMessage(batch.subarray(0, length));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }
  t.end();
});

t.test("the conversation keeps its order", (t) => {
  const sensor = new SensorConversation(IDENTITY);
  const console = new ConsoleConversation("9");
  const batch = (): Uint8Array => sensor.batch([{ sequence: 5, bytes: encodeEvent(call(1)) }], 0, 0);
  t.throws(() => console.receive(batch()), /a batch before the hello/);
  t.match(console.receive(sensor.hello()), { type: "hello", name: "s", host: "h" });
  t.throws(() => console.receive(sensor.hello()), /a second hello/);
  t.throws(() => sensor.receive(console.acknowledge(1)), /before the welcome/);
  t.same(sensor.receive(console.welcome(4)), { type: "resume", lastSequence: 4, takesConnections: true });
  t.throws(() => sensor.receive(console.welcome(4)), /a second welcome/);
  t.throws(() => sensor.receive(console.acknowledge(99)), /never sent/);
  t.match(console.receive(batch()), { type: "batch" });
  t.same(sensor.receive(console.acknowledge(5)), { type: "acknowledged", sequence: 5 });
  t.throws(() => sensor.receive(console.refuse("full")), new ConversationError("the console refuses: full"));
  t.throws(() => console.receive(Buffer.from("nonsense")), ConversationError);
  t.end();
});

t.test("the outbox replaces what only counts on, and drops calls before anything else", (t) => {
  const store = sensorStore(temporaryFolder(t), { events: 1_000 });
  for (let count = 1; count <= 50; count++)
    store.apply(delta({ findings: [finding("a", count), finding("b", count)] }));
  t.equal(store.outbox.events, 2);
  const calls = Array.from({ length: 3_000 }, (_, number) => call(number));
  store.apply(delta({ calls, callsNotSampled: 12 }));
  t.ok(store.outbox.events <= 1_000 && store.outbox.events > 400, `${store.outbox.events} events`);
  t.equal(store.droppedTotal + store.outbox.events, 3_002, "what was dropped is counted");
  t.equal(store.callsNotSampledTotal, 12);
  const kept = store.outbox.after(0, 10_000, 1 << 30).map(({ bytes }) => decodeEvent(bytes));
  t.same(
    kept.filter((event) => event.kind === "finding").map((event) => event.count),
    [50, 50],
  );
  t.match(kept.at(-1), { path: "/2999" }, "the newest calls are kept");
  store.close();
  t.end();
});

t.test("files are for their owner, and for a group that was let in", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "sensor.sqlite");
  const modes = () => ["", "-wal", "-shm"].map((end) => (statSync(`${path}${end}`).mode & 0o777).toString(8));
  let store = sensorStore(folder);
  t.same(modes(), ["600", "600", "600"]);
  store.close();
  chmodSync(path, 0o644);
  store = sensorStore(folder);
  t.same(modes(), ["640", "640", "640"], "nobody else reads a file of before");
  store.close();
  t.end();
});

t.test("the store comes back with everything after the process is gone", (t) => {
  const folder = temporaryFolder(t);
  const scene = new Scene();
  for (const name of ["a", "b", "c"]) scene.get(`/orders/${name}`);
  const store = sensorStore(folder);
  store.apply(delta({ inventory: scene.inventory.takeDelta(100), findings: scene.detection.takeChanged(100) }));
  store.blind({ kind: "blind", interfaceName: "eth0", fromMicros: 5, reason: "gone" });
  const again = sensorStore(folder);
  const restored = new Scene();
  restored.inventory.restore(again.rows());
  t.same(restored.endpoints(), scene.endpoints());
  t.same(again.findings(), scene.detection.all());
  t.match(again.blindIntervals(), [{ interfaceName: "eth0" }]);
  for (const opened of [store, again]) opened.close();
  t.end();
});

t.test("events reach the console once and in full, over its restarts and the sensor's", async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  let server = await startConsole(folder, port);
  const token = server.tokens.create("s")?.token ?? "";
  let store = sensorStore(folder);
  let sensor = link(port, token, store);
  sensor.start();
  const push = (from: number, to: number): void => {
    for (let number = from; number < to; number++)
      store.apply(delta({ calls: [call(number)], findings: [finding(`f${number}`, 1)] }));
    sensor.wake();
  };
  push(0, 50);
  await until("an empty outbox", () => (store.outbox.events === 0 ? true : undefined));
  await server.close();
  push(50, 100);
  t.equal(store.outbox.events, 100, "kept while the console is away");
  server = await startConsole(folder, port);
  await until("an empty outbox again", () => (store.outbox.events === 0 ? true : undefined));
  sensor.stop();
  push(100, 120);
  store.close();
  store = sensorStore(folder);
  t.equal(store.outbox.events, 40, "kept while the sensor is away");
  sensor = link(port, token, store);
  sensor.start();
  await until("an empty outbox at last", () => (store.outbox.events === 0 ? true : undefined));
  const calls = server.store.list<CallRecord>("call", 5_000).items.map(({ path }) => path);
  t.same(
    calls,
    Array.from({ length: 120 }, (_, number) => `/${119 - number}`),
    "each once, in their order",
  );
  t.equal(server.store.list("finding", 5_000).total, 120);
  t.match(server.store.sensors(), [{ name: "s", host: "h", connected: true, eventsKept: 240, eventsDropped: 0 }]);
  sensor.stop();
  await server.close();
  store.close();
});

t.test("a sensor whose file was replaced goes on behind what the console knows", async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const server = await startConsole(folder, port);
  const token = server.tokens.create("s")?.token ?? "";
  const first = sensorStore(folder);
  first.apply(delta({ calls: Array.from({ length: 30 }, (_, number) => call(number)) }));
  const sensor = link(port, token, first);
  sensor.start();
  await until("the first file's events", () => (first.outbox.events === 0 ? true : undefined));
  sensor.stop();
  first.close();
  const second = sensorStore(temporaryFolder(t));
  second.apply(delta({ calls: [call(100), call(101)] }));
  const other = link(port, token, second);
  other.start();
  await until("the second file's events", () => (second.outbox.events === 0 ? true : undefined));
  second.apply(delta({ calls: [call(102)] }));
  other.wake();
  await until("what came after", () => (second.outbox.events === 0 ? true : undefined));
  t.equal(server.store.list("call", 100).total, 33);
  other.stop();
  await server.close();
  second.close();
});

t.test("TLS is verified, tokens are asked for", async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const request = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=127.0.0.1",
  ];
  const made = spawnSync("openssl", [
    ...request,
    "-addext",
    "subjectAltName=IP:127.0.0.1",
    "-keyout",
    key,
    "-out",
    certificate,
  ]);
  t.equal(made.status, 0, "openssl made a certificate");
  const server = await startConsole(folder, port, { certificateFile: certificate, keyFile: key });
  const token = server.tokens.create("s")?.token ?? "";
  const attempt = async (more: Partial<DeliverSettings>, theToken = token): Promise<string> => {
    const store = sensorStore(temporaryFolder(t));
    const told: string[] = [];
    const settings = {
      console: `wss://127.0.0.1:${port}`,
      token: theToken,
      tokenFile: undefined,
      caFile: undefined,
      allowPlaintext: false,
      retryMinMillis: 20,
      retryMaxMillis: 50,
    };
    const sensor = new ConsoleLink({ ...settings, ...more }, store, IDENTITY, {
      info: (text) => told.push(text),
      warn: (text) => told.push(text),
      connected: () => {},
    });
    sensor.start();
    const said = await until("a word of the link", () => told[0]);
    sensor.stop();
    store.close();
    return said;
  };
  t.match(await attempt({ caFile: certificate }), /^connected to the console/);
  t.match(
    await attempt({}),
    /self-signed certificate; name what .* by deliver\.caFile/,
    "an unknown certificate is refused",
  );
  t.equal(
    await attempt({ caFile: certificate }, "wrong"),
    `no connection to the console at 127.0.0.1:${port}: it does not know the token of deliver.token (401); make one there with "eastwatch add-sensor NAME"; events are kept, it tries again`,
  );
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, "wrong");
  t.match(
    await attempt({ caFile: certificate, token: undefined, tokenFile }),
    `the token of deliver.tokenFile "${tokenFile}" (401)`,
  );
  const elsewhere = `wss://127.0.0.1:${port}/elsewhere`;
  t.match(
    await attempt({ caFile: certificate, console: elsewhere }),
    `deliver.console "${elsewhere}" leads to no console (404); name it as wss://host:port`,
  );
  t.match(await attempt({ console: `ws://127.0.0.1:${port}` }), /no connection/, "no plain text to a TLS port");
  t.notMatch(
    readFileSync(join(folder, "console.sqlite")).toString("latin1") +
      readFileSync(join(folder, "console.sqlite-wal")).toString("latin1"),
    token,
    "the token is stored hashed",
  );
  await server.close();
});
