import t from "tap";
import { callRecord } from "../sensor/analysis/call-record.js";
import type { Edge, Endpoint } from "../sensor/inventory/observation.js";
import type { Call } from "../sensor/protocol/message.js";
import { NOT_REPEATED } from "../sensor/report/counted-once.js";
import { csv } from "../sensor/report/csv.js";
import { joinedEndpoint } from "../sensor/report/joined-rows.js";
import { ndjson } from "../sensor/report/ndjson.js";
import type { EndpointRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { callLine } from "../shared/record-json.js";
import { feed } from "./support/dialog.js";
import { type Exchanged, Scene } from "./support/scene.js";

const JSON_TYPE = "Content-Type: application/json\r\n";

function query(document: string, more: Partial<Exchanged> = {}): Exchanged {
  const sent = JSON.stringify({ query: document });
  return { method: "POST", path: "/graphql", fields: JSON_TYPE, requestBody: sent, body: '{"data":{}}', ...more };
}

function call(method: string, more: Partial<Exchanged> = {}): Exchanged {
  const sent = JSON.stringify({ jsonrpc: "2.0", method, id: 1 });
  return {
    method: "POST",
    path: "/rpc",
    fields: JSON_TYPE,
    requestBody: sent,
    answerFields: JSON_TYPE,
    body: '{"result":1}',
    ...more,
  };
}

t.test("each operation is an endpoint of its own, and a batch calls several", (t) => {
  const batch = `[${["query A{a}", "mutation B{b}", "query A{a}"].map((text) => JSON.stringify({ query: text })).join()}]`;
  const scene = new Scene()
    .exchange(query("query A{a}"))
    .exchange(query("query A{a}", { client: "10.0.0.9" }))
    .exchange(query("{ viewer { id } }"))
    .exchange(query("", { requestBody: batch }))
    .exchange(call("user.get"))
    .exchange(call("user.get"))
    .exchange({ method: "POST", path: "/graphql", fields: JSON_TYPE, requestBody: '{"a":1}' });
  t.same(scene.templates(), [
    "POST /graphql ×1",
    "POST /graphql#mutation.B ×1",
    "POST /graphql#query(viewer) ×1",
    "POST /graphql#query.A ×3",
    "POST /rpc#user.get ×2",
  ]);
  const [named] = scene.endpoints().filter(({ template }) => template.endsWith("query.A"));
  t.same([named.callers, named.statuses], [["10.0.0.1", "10.0.0.9"], { 200: 3 }]);
  t.same(scene.inventory.counters.calls, 7);
  t.end();
});

t.test("where a path has parameters they are found beneath the operations, and a restart changes nothing", (t) => {
  const scene = new Scene();
  for (let tenant = 1; tenant <= 40; tenant++) {
    for (const name of ["Orders", "Items"])
      scene.exchange(query(`query ${name}{a}`, { path: `/t/acme-shop-${tenant}/graphql` }));
    // Only rows that were told are told to have gone.
    if (tenant === 1) scene.inventory.takeDelta(1_000);
  }
  const templates = ["POST /t/{tId}/graphql#query.Items ×40", "POST /t/{tId}/graphql#query.Orders ×40"];
  t.same(scene.templates(), templates);
  const { rows, removals } = scene.inventory.takeDelta(1_000);
  t.ok(removals.some(({ mergedInto }) => mergedInto === "/t/{tId}/graphql#query.Orders"));
  const restarted = new Scene();
  restarted.inventory.restore(JSON.parse(JSON.stringify(rows)));
  t.same(restarted.templates(), templates);
  restarted.exchange(query("query Items{a}", { path: "/t/acme-shop-3/graphql" }));
  t.same(restarted.templates()[0], "POST /t/{tId}/graphql#query.Items ×41");
  t.end();
});

t.test("whoever makes up operations does not fill the inventory", (t) => {
  const scene = new Scene({ maxOperationsPerService: 50 }).exchange(call("real"));
  for (let at = 0; at < 100_000; at++) scene.exchange(query(`query Q${at}{a}`, at === 70 ? { port: 81 } : {}));
  const templates = scene.templates();
  t.equal(templates.length, 52);
  t.ok(templates.includes("POST /graphql#* ×99950"), "what has no room is counted together");
  t.ok(templates.includes("POST /graphql#query.Q70 ×1"), "another service has room of its own");
  t.equal(scene.inventory.counters.calls_of_other_operations, 99_950);
  const failing = new Scene();
  for (let at = 0; at < 1_000; at++)
    failing.exchange(call(`guess${at}`, { body: '{"error":{"code":-32601,"message":"m"},"id":1}' }));
  failing.exchange(call("there"));
  const left = failing.templates();
  t.equal(left.length, 202, "of those that only fail fewer are kept");
  t.ok(left.includes("POST /rpc#* ×800") && left.includes("POST /rpc#there ×1"));
  t.end();
});

t.test("an operation that first comes after the learning period is found, one that is not there is not", (t) => {
  const scene = new Scene({}, 60).exchange(call("old", { atMicros: 1e15 }));
  scene.exchange(call("guess", { atMicros: 1e15 + 120e6, body: '{"error":{"code":-32601,"message":"m"},"id":1}' }));
  scene.exchange(call("fresh", { atMicros: 1e15 + 121e6 })).exchange(call("old", { atMicros: 1e15 + 122e6 }));
  t.match(
    scene.detection.all().filter(({ rule }) => rule === "new-endpoint"),
    [{ template: "/rpc#fresh", count: 1 }],
  );
  t.equal(scene.detection.all().filter(({ rule }) => rule === "new-endpoint").length, 1);
  t.end();
});

t.test("a call is told over the wire and in calls.ndjson as it was seen", (t) => {
  const sent = JSON.stringify({ query: "query Deep{a{b{__typename}}}", variables: { mail: "ada@example.com" } });
  const head = `POST /graphql HTTP/1.1\r\nHost: h\r\n${JSON_TYPE}Content-Length: ${sent.length}\r\n\r\n`;
  const answer = `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Length: 28\r\n\r\n{"errors":[{"message":"x"}]}`;
  const [message] = feed([
    ["client", head + sent],
    ["server", answer],
  ]).filter((message): message is Call => message.kind === "call");
  const endpoint = { template: "/graphql#query.Deep" } as Endpoint;
  const record = callRecord(message, { service: { name: "shop" } } as Edge, endpoint);
  t.same(decodeEvent(encodeEvent(record)), record);
  t.match(record, { rpcKind: "query", rpcDepth: 3, rpcStatus: 2 });
  t.same(JSON.parse(callLine(record)), {
    time: "1970-01-01T00:00:00.000001Z",
    "flow.id": "00000000000000aa",
    "client.address": "10.0.0.1",
    "client.port": 40_000,
    "server.address": "10.0.0.2",
    "server.port": 80,
    "network.protocol.name": "http",
    "network.protocol.version": "1.1",
    "http.request.method": "POST",
    "url.path": "/graphql",
    "url.template": "/graphql#query.Deep",
    "http.authority": "h",
    "http.response.status_code": 200,
    "http.request.body.size": sent.length,
    "http.response.body.size": 28,
    duration_ms: 0.001,
    "auth.kinds": [],
    "rpc.system": "graphql",
    "rpc.method": "Deep",
    "data.request.classes": ["email"],
    "data.response.classes": [],
    complete: true,
    missing_bytes: 0,
  });
  t.end();
});

t.test(
  "gRPC's own statuses are counted for each endpoint, of no other procedure, in every output and over a restart",
  (t) => {
    const scene = new Scene();
    const type = "Content-Type: application/grpc+proto\r\n";
    const add = {
      path: "/shop.v1.Cart/Add",
      method: "POST",
      body: "\0\0\0\0\0",
      requestBody: "\0\0\0\0\0",
      fields: type,
    };
    for (const status of [0, 3, 0, 16, 0])
      scene.exchange({ ...add, answerFields: `${type}grpc-status: ${status}\r\n` });
    scene.exchange({ ...add, answerFields: type }).exchange(query("query A{a}"));
    const counts = { 0: 3, 3: 1, 16: 1 };
    const records = scene.endpoints();
    const grpc = records.find(({ template }) => template === add.path) as EndpointRecord;
    t.same([grpc.statuses, grpc.rpcStatuses], [{ 200: 6 }, counts]);
    const rows = records.map((record) => ({ record, sensor: undefined }));
    const lines = [...ndjson.write(rows, [])].join("").trim().split("\n");
    const told = lines.map((line) => JSON.parse(line)["rpc.grpc.status_codes"]);
    t.same(
      told.filter((one) => one !== undefined),
      [counts],
    );
    t.match([...csv.write(rows, [])].join(""), /,"0=3; 3=1; 16=1"/);
    t.same(
      records.map((record) => (decodeEvent(encodeEvent(record)) as EndpointRecord).rpcStatuses),
      [undefined, counts],
    );
    t.same(joinedEndpoint([grpc, grpc], NOT_REPEATED).rpcStatuses, { 0: 6, 3: 2, 16: 2 });
    const again = new Scene();
    again.inventory.restore(JSON.parse(JSON.stringify(scene.inventory.takeDelta(100).rows)));
    t.same(
      again.endpoints().map(({ rpcStatuses }) => rpcStatuses),
      [undefined, counts],
    );
    t.end();
  },
);
