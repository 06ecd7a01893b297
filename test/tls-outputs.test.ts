import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import WebSocket from "ws";
import type { FeedMessage } from "../console/api.js";
import { ConsoleStore } from "../console/store/console-store.js";
import { MIGRATIONS as CONSOLE_MIGRATIONS } from "../console/store/migrations.js";
import { handshakeRecord } from "../sensor/analysis/handshake-record.js";
import type { InventoryDelta } from "../sensor/inventory/row.js";
import { MIGRATIONS as SENSOR_MIGRATIONS } from "../sensor/store/migrations.js";
import { readInventory } from "../sensor/store/read-inventory.js";
import type { EdgeRecord } from "../shared/event.js";
import { decodeEvent } from "../shared/event-wire.js";
import { startConsole } from "./support/console.js";
import { delta, link, sensorStore } from "./support/delivery.js";
import { TcpDialog } from "./support/frame-builder.js";
import { freePort } from "./support/free-port.js";
import { flow, handshake, LEAF, START } from "./support/handshake-builder.js";
import { run, temporaryFolder, until } from "./support/program.js";
import { Scene } from "./support/scene.js";
import {
  CERTIFICATE_REQUEST,
  CERTIFICATE_VERIFY,
  CHANGE_CIPHER,
  CLIENT_KEY_EXCHANGE,
  certificate,
  certificates,
  clientHello,
  der,
  handshake as inRecord,
  name,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
  sealed,
  serverHello,
} from "./support/tls-builder.js";

/** Service, edge and certificate after so many mutual handshakes. */
function tlsRows(handshakes: number): InventoryDelta {
  const { inventory } = new Scene();
  for (let count = 0; count < handshakes; count++) inventory.message(handshake("presented", { serverChain: [LEAF] }));
  return inventory.takeDelta(100);
}

/** A file as the first version made it. */
function oldFile(path: string, [first]: readonly string[]): Database.Database {
  const database = new Database(path);
  database.exec(first);
  database.pragma("user_version = 1");
  return database;
}

t.test("handshakes make room like calls, a certificate is only replaced", (t) => {
  const store = sensorStore(temporaryFolder(t), { events: 1_000 });
  for (let count = 1; count <= 50; count++) store.apply(delta({ inventory: tlsRows(count) }));
  t.equal(store.outbox.events, 3, "service, edge and certificate");
  const handshakes = Array.from({ length: 1_500 }, (_, number) =>
    handshakeRecord(handshake("presented", { atMicros: START + number }), undefined),
  );
  store.apply(delta({ handshakes, callsNotSampled: 2 }));
  const kept = store.outbox.after(0, 10_000, 1 << 30).map(({ bytes }) => decodeEvent(bytes));
  t.equal(kept.length, store.outbox.events);
  t.ok(kept.length <= 1_000 && kept.length > 400, `${kept.length} events`);
  t.equal(store.callsNotSampledTotal, 2);
  t.equal(store.droppedTotal + kept.length, 1_503, "what was dropped is counted");
  t.match(
    kept.filter(({ kind }) => kind === "certificate"),
    [{ fingerprint: "ab".repeat(32), handshakes: 50 }],
  );
  t.match(kept.at(-1), { kind: "handshake", atMicros: START + 1_499 }, "the newest handshakes are kept");
  store.close();
  t.end();
});

t.test("certificates and postures come back after the process is gone", (t) => {
  const folder = temporaryFolder(t);
  const store = sensorStore(folder);
  store.apply(delta({ inventory: tlsRows(3) }));
  const again = sensorStore(folder);
  const { inventory } = new Scene();
  inventory.restore(again.rows());
  inventory.message(handshake("declined", { serverChain: [LEAF] }));
  t.match([...inventory.certificates.records()], [{ services: ["pay.example"], handshakes: 4, firstMicros: START }]);
  t.match(
    [...inventory.edges()],
    [{ posture: "mixed", postureCounts: { mtls: 3, tls: 1 }, clientAuthReasons: { "because presented": 3 } }],
  );
  for (const opened of [store, again]) opened.close();
  t.end();
});

/** Fields that edges of the first version had not. */
const NOT_YET = {
  ...{ postureCounts: undefined, clientAuthReasons: undefined },
  ...{ keyExchangeGroups: undefined, handshakeFailures: undefined, handshakeTraits: undefined },
};

t.test("a file of the version before certificates opens, and its edges are still known to be cleartext", (t) => {
  const folder = temporaryFolder(t);
  const { inventory } = new Scene().get("/a").get("/b");
  inventory.message({ kind: "connection", flow: flow(), atMicros: START, protocol: undefined, isCleartext: false });
  const old = (record: object): string => JSON.stringify({ ...record, ...NOT_YET });
  const edges = [...inventory.edges()];
  const sensor = oldFile(join(folder, "sensor.sqlite"), SENSOR_MIGRATIONS);
  for (const { record, state } of inventory.takeDelta(100).rows) {
    if (record.kind === "service")
      sensor.prepare("INSERT INTO service VALUES (?, ?, ?, ?)").run(record.address, record.port, old(record), state);
    else if (record.kind === "edge")
      sensor
        .prepare("INSERT INTO edge VALUES (?, ?, ?, ?, ?)")
        .run(record.clientAddress, record.serverAddress, record.serverPort, old(record), state);
  }
  sensor.close();
  t.same(
    [...readInventory(join(folder, "sensor.sqlite"))].map(({ record }) => record.kind),
    ["service", "service", "edge", "edge"],
    "it is exported before it is upgraded",
  );
  const store = sensorStore(folder);
  const restored = new Scene().inventory;
  restored.restore(store.rows());
  t.same([...restored.edges()], edges);
  restored.message(handshake("presented", { flow: { ...flow(), serverPort: 80 } }));
  t.match(
    [...restored.edges()],
    [
      { serverPort: 80, posture: "mixed", postureCounts: { cleartext: 2, mtls: 1 } },
      { serverPort: 8_443, posture: "unknown", postureCounts: { unknown: 1 } },
    ],
  );
  store.close();
  const console = oldFile(join(folder, "console.sqlite"), CONSOLE_MIGRATIONS);
  console.exec("INSERT INTO sensor (id, name, token_hash, created_micros) VALUES ('1', 's', 'h', 0)");
  for (const edge of edges)
    console.prepare("INSERT INTO edge VALUES ('1', ?, ?, ?)").run(edge.serverPort, edge.serverPort, old(edge));
  console.close();
  const kept = new ConsoleStore({
    database: join(folder, "console.sqlite"),
    maxCalls: 10,
    maxFindings: 10,
    maxConnections: 10,
  });
  t.match(
    kept
      .list<EdgeRecord>("edge", 10)
      .items.map((edge) => [edge.postureCounts, edge.clientAuthReasons, edge.handshakeFailures, edge.handshakeTraits]),
    [
      [{ unknown: 1 }, {}, {}, {}],
      [{ cleartext: 2 }, {}, {}, {}],
    ],
  );
  t.same(kept.list("certificate", 10), { items: [], total: 0 });
  kept.close();
  t.end();
});

t.test("handshakes and certificates reach the console, its API and the open pages", async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const server = await startConsole(folder, port);
  const base = `http://127.0.0.1:${port}`;
  const entered = await fetch(`${base}/api/setup`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-requested-with": "eastwatch" },
    body: JSON.stringify({
      token: new URL(server.setupLink ?? "").hash.slice("#setup=".length),
      user: "ada",
      password: "long enough password",
    }),
  });
  const [cookie] = (entered.headers.get("set-cookie") ?? "").split(";");
  const told: FeedMessage[] = [];
  const page = new WebSocket(`ws://127.0.0.1:${port}/api/feed`, { headers: { cookie, origin: base } });
  page.on("message", (data) => told.push(JSON.parse(String(data))));
  await new Promise((resolve) => page.on("open", resolve));
  const store = sensorStore(folder);
  const shown = { offersEarlyData: true, tookEarlyData: false, isPostQuantum: true };
  const ended = { established: false, alert: "unknown_ca", alertFrom: "client" } as const;
  const seen = handshakeRecord(handshake("presented", { serverChain: [LEAF], ...shown, ...ended }), undefined);
  t.match(seen, { alertFrom: "client", traits: ["post-quantum", "early-data-offered", "early-data-refused"] });
  store.apply(delta({ inventory: tlsRows(2), handshakes: [seen] }));
  const sensor = link(port, server.tokens.create("s")?.token ?? "", store);
  sensor.start();
  const records = await until("the record on the page", () => told.find(({ type }) => type === "records"));
  const position = { calls: 0, handshakes: 1, told: 0 };
  t.same(records, { type: "records", records: [{ ...seen, sensor: "s" }], missed: 0, position });
  await until("word of the inventory", () => told.find(({ type }) => type === "inventory-changed"));
  const ask = async (path: string): Promise<unknown> => (await fetch(base + path, { headers: { cookie } })).json();
  t.same(await ask("/api/handshakes"), { items: [{ ...seen, sensor: "s" }], total: 1 });
  t.match(await ask("/api/certificates"), {
    items: [{ kind: "certificate", fingerprint: "ab".repeat(32), clients: [], handshakes: 2, sensor: "s" }],
    total: 1,
  });
  t.equal((await fetch(`${base}/api/certificates`)).status, 401);
  page.close();
  sensor.stop();
  await server.close();
  store.close();
});

/** A pcap file of two TLS 1.2 connections to the same server: one with a client certificate, one without. */
function writeHandshakes(path: string): void {
  const frames: Buffer[] = [];
  const server = certificate({ notAfter: der(0x18, "99991231235959Z") });
  const client = certificate({ subject: name(["03", "client-7"]), notBefore: der(0x18, "18500101000000Z") });
  for (const given of [[client], []]) {
    const proof = given.length > 0 ? [CERTIFICATE_VERIFY] : [];
    const flight = [serverHello(), certificates(server), SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE];
    const sealing = Buffer.concat([CHANGE_CIPHER, sealed(40, 22)]);
    new TcpDialog({ serverPort: 443, clientPort: 50_000 + given.length }, (frame) => frames.push(frame))
      .open()
      .send("client", inRecord(clientHello()))
      .send("server", inRecord(...flight))
      .send("client", inRecord(certificates(...given), CLIENT_KEY_EXCHANGE, ...proof))
      .send("client", sealing)
      .send("server", sealing)
      .close();
  }
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(1, 20);
  const records = frames.flatMap((frame, index) => {
    const record = Buffer.alloc(16);
    [1_700_000_000, index, frame.length, frame.length].forEach((word, place) => {
      record.writeUInt32LE(word, place * 4);
    });
    return [record, frame];
  });
  writeFileSync(path, Buffer.concat([header, ...records]));
}

t.test("analyze writes a line for each handshake, with the certificates of both sides", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "a.pcap");
  writeHandshakes(capture);
  for (const out of ["out", "again"]) t.equal(run(["analyze", capture, "--out", join(folder, out)]).code, 0);
  const text = (out: string, file: string): string => readFileSync(join(folder, out, file), "utf8");
  const lines = text("out", "handshakes.ndjson").trim().split("\n");
  const common = {
    "client.address": "10.0.0.1",
    "server.address": "10.0.0.2",
    "server.port": 443,
    "tls.protocol.version": "1.2",
    "tls.cipher": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "tls.server_name": "service.example",
    "tls.established": true,
    "tls.resumed": false,
    "tls.client_auth.basis": "messages",
    "tls.client_auth.confidence": 1,
    "tls.server.certificate": { subject: "CN=service.example", not_after: "9999-12-31T23:59:59Z", chain_length: 1 },
  };
  const [presented, declined] = lines.map((line) => JSON.parse(line));
  t.match(presented, {
    ...common,
    "client.port": 50_001,
    "tls.client_auth.verdict": "presented",
    "tls.client.certificate": { subject: "CN=client-7", not_before: "1850-01-01T00:00:00Z", key: "EC P-256" },
  });
  t.match(declined, { ...common, "client.port": 50_000, "tls.client_auth.verdict": "declined" });
  t.notOk("tls.client.certificate" in declined, "what was not sent is left out");
  t.match(JSON.parse(text("out", "summary.json")), { handshakes: 2, calls: 0, edges: 1 });
  t.match(JSON.parse(text("out", "edges.ndjson")), { handshakes: 2, posture: "mixed" });
  for (const file of ["handshakes.ndjson", "edges.ndjson"]) t.equal(text("again", file), text("out", file), file);
  t.end();
});
