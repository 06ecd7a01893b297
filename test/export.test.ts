import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import { csv } from "../sensor/report/csv.js";
import { REPORTS } from "../sensor/report/registry.js";
import { MIGRATIONS } from "../sensor/store/migrations.js";
import { DOCUMENT_FORMATS, EVIDENCE_FORMAT } from "../shared/document-format.js";
import type { FindingRecord, ServiceRecord } from "../shared/event.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { delta, sensorStore } from "./support/delivery.js";
import { TcpDialog } from "./support/frame-builder.js";
import { handshake, LEAF } from "./support/handshake-builder.js";
import { run, temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

t.test("exports: every row in NDJSON, and a CSV that runs no formula", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "s.sqlite");
  const scene = new Scene();
  const evil = '=HYPERLINK("http://x")';
  scene.get("/=cmd|'/c'!A1", { fields: `User-Agent: ${evil}\r\n`, answerFields: "Server: @SUM(1)\r\n" });
  const database = new Database(path);
  for (const migration of MIGRATIONS) database.exec(migration);
  const { rows } = scene.inventory.takeDelta(100);
  for (const { record } of rows) {
    const columns = {
      service: "address, port",
      edge: "client_address, server_address, server_port",
      endpoint: "server_address, server_port, method, template",
      certificate: "fingerprint",
    };
    const places = columns[record.kind].split(", ");
    database
      .prepare(
        `INSERT INTO ${record.kind} (${columns[record.kind]}, record, state) VALUES (${places.map((_, at) => at).join()}, ?, '{}')`,
      )
      .run(JSON.stringify(record));
  }
  for (const finding of scene.detection.all())
    database.prepare("INSERT INTO finding VALUES (?, ?)").run(finding.id, JSON.stringify(finding));
  database.close();
  const exported = run(["export", "--format", "ndjson", "--database", path]);
  t.equal(exported.code, 0);
  t.same(
    exported.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).kind),
    ["service", "edge", "endpoint", "finding"],
  );
  t.equal(run(["export", "--format", "csv", "--database", path, "--out", join(folder, "i.csv")]).code, 0);
  const table = readFileSync(join(folder, "i.csv"), "utf8");
  t.ok(table.startsWith("\ufeffkind,sensor,service,client.address"));
  const parsed = parseCsv(table.slice(1));
  t.equal(new Set(parsed.map((cells) => cells.length)).size, 1, "every row has as many cells");
  t.equal(parsed.length, 5);
  for (const cell of parsed.slice(1).flat()) t.notMatch(cell, /^[=+\-@\t\r]/, cell);
  t.ok(
    parsed.flat().some((cell) => cell === `'${evil}`),
    "it reads as it was sent",
  );
  t.same(
    [...REPORTS.map(({ name }) => name), EVIDENCE_FORMAT].sort(),
    DOCUMENT_FORMATS.map(({ name }) => name).sort(),
    "what is offered is what there is",
  );
  t.equal([...csv.write([], [])].length, 1);
  t.end();
});

t.test("exports: certificates, and what an edge's posture is made of", (t) => {
  const folder = temporaryFolder(t);
  const { inventory } = new Scene();
  const odd = { ...LEAF, subject: "=1+1", notAfterSeconds: undefined };
  inventory.message(handshake("presented", { serverChain: [odd, LEAF], serverName: "pay.example" }));
  inventory.message(
    handshake("declined", { curve: "X25519MLKEM768", isPostQuantum: true, offersEncryptedHello: true }),
  );
  inventory.message(handshake("unknown", { established: false, alert: "unknown_ca", alertFrom: "client" }));
  const store = sensorStore(folder);
  store.apply(delta({ inventory: inventory.takeDelta(100) }));
  store.close();
  const path = join(folder, "sensor.sqlite");
  const rows = run(["export", "--format", "ndjson", "--database", path]).out.trim().split("\n");
  const [, edge, certificate] = rows.map((line) => JSON.parse(line));
  t.match(edge, {
    kind: "edge",
    posture: "mixed",
    posture_counts: { failed: 1, mtls: 1, tls: 1 },
    client_auth_reasons: { "because declined": 1, "because presented": 1, "because unknown": 1 },
    key_exchange_groups: { X25519MLKEM768: 1 },
    handshake_failures: { "unknown_ca from the client": 1 },
    handshake_traits: { "encrypted-hello-offered": 1, "post-quantum": 1 },
  });
  t.same(certificate, {
    kind: "certificate",
    subject: "=1+1",
    issuer: "CN=Example CA",
    san: ["pay.example", "10.0.0.2"],
    serial_number: "0A",
    not_before: "0000-01-01T00:00:00Z",
    key: "EC P-256",
    signature_algorithm: "ecdsa-with-SHA256",
    fingerprint_sha256: "ab".repeat(32),
    chain_length: 2,
    extended_key_usages: ["serverAuth"],
    self_issued: false,
    services: ["pay.example"],
    service_count: 1,
    clients: [],
    client_count: 0,
    handshakes: 1,
    first_seen: "2023-11-14T22:13:20.000000Z",
    last_seen: "2023-11-14T22:13:20.000000Z",
    blind_intervals: 0,
    blind_ms: 0,
  });
  const [columns, , edgeCells, certificateCells] = parseCsv(run(["export", "--format", "csv", "--database", path]).out);
  const cellsOf = (cells: readonly string[] = []) => columns?.map((name, index) => [name, cells[index]]).slice(45, 70);
  t.same(Object.fromEntries(cellsOf(certificateCells) ?? []), {
    posture_counts: "",
    client_auth_reasons: "",
    subject: "'=1+1",
    issuer: "CN=Example CA",
    san: "pay.example; 10.0.0.2",
    serial_number: "0A",
    not_before: "0000-01-01T00:00:00Z",
    not_after: "",
    key: "EC P-256",
    signature_algorithm: "ecdsa-with-SHA256",
    fingerprint_sha256: "ab".repeat(32),
    chain_length: "2",
    extended_key_usages: "serverAuth",
    self_issued: "false",
    services: "pay.example",
    service_count: "1",
    clients: "",
    client_count: "0",
    "data.request.classes": "",
    "data.response.classes": "",
    "data.request.bodies_read": "",
    "data.response.bodies_read": "",
    key_exchange_groups: "",
    handshake_failures: "",
    handshake_traits: "",
  });
  t.equal(columns?.[44], "last_seen", "columns that were there before keep their places");
  t.same(cellsOf(edgeCells)?.[0], ["posture_counts", "failed=1; mtls=1; tls=1"]);
  t.same(cellsOf(edgeCells)?.slice(22, 25), [
    ["key_exchange_groups", "X25519MLKEM768=1"],
    ["handshake_failures", "unknown_ca from the client=1"],
    ["handshake_traits", "encrypted-hello-offered=1; post-quantum=1"],
  ]);
  t.end();
});

/** RFC 4180, by the book. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split("\r\n").filter((line) => line !== "")) {
    rows.push(
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
      ),
    );
  }
  return rows;
}

t.test("a summary lists a bounded number of services, those seen least of, and counts the rest", (t) => {
  const folder = temporaryFolder(t);
  const capture = new PcapOutput(join(folder, "many.pcap"));
  for (let number = 0; number < 1_005; number++) {
    const dialog = new TcpDialog({ server: `10.1.${number >> 8}.${number & 255}` }, (frame) => capture.frame(frame));
    // The last of them speaks what nobody can read.
    const text = number === 1_004 ? "\u0001\u0002 what is this?\r\n" : "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    dialog.open().send("client", text).send("server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").close();
  }
  capture.close();
  t.equal(run(["analyze", join(folder, "many.pcap"), "--out", folder]).code, 0);
  const { visibility } = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
  t.equal(visibility.services.length, 1_000);
  t.equal(visibility.services_left_out, 5);
  t.match(visibility.services[0], { "server.address": "10.1.3.236" }, "the blindest is not the one that is left out");
  t.end();
});

t.test("text that turns around what stands beside it is spelled out, and full-width signs begin no formula", (t) => {
  const folder = temporaryFolder(t);
  const turned = "shop\u202eexe.\u2066x";
  const seen = new Scene().get("/a", { host: "shop.test" }).get("/cards", { body: "x" });
  const [service, ...others] = seen.inventory.takeDelta(100).rows;
  const named = [turned, "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM", "\ufe62" + "1"];
  const store = sensorStore(folder);
  const finding = {
    ...(seen.detection.all()[0] as FindingRecord),
    summary: `It is ${turned}.`,
    template: `/${turned}`,
  };
  const rows = named.map((name, at) => ({
    ...service,
    record: { ...service.record, name, port: 90 + at } as ServiceRecord,
  }));
  store.apply(delta({ inventory: { rows: [...rows, ...others], removals: [] }, findings: [finding] }));
  store.close();
  const database = join(folder, "sensor.sqlite");
  const empty = temporaryFolder(t);
  const little = sensorStore(empty);
  little.apply(delta({ inventory: new Scene().get("/other").inventory.takeDelta(100) }));
  little.close();
  const texts = {
    csv: run(["export", "--format", "csv", "--database", database]).out,
    text: run(["diff", join(empty, "sensor.sqlite"), database]).out,
    markdown: run(["diff", join(empty, "sensor.sqlite"), database, "--format", "markdown"]).out,
    sarif: JSON.parse(run(["export", "--format", "sarif", "--database", database]).out).runs[0].results[0].message.text,
  };
  for (const [name, text] of Object.entries(texts)) {
    t.notMatch(text, /[\u202e\u2066]/, name);
    t.match(text, /shop\\+u202Eexe\.\\+u2066x/, `${name} shows what there is`);
  }
  for (const cell of parseCsv(texts.csv.slice(1)).flat()) t.notMatch(cell, /^[\uff1d\uff0b\uff0d\uff20\ufe62]/, cell);
  t.ok(
    JSON.stringify(JSON.parse(run(["diff", join(empty, "sensor.sqlite"), database, "--format", "json"]).out)).includes(
      turned,
    ),
  );
  t.end();
});
