import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { validate } from "@readme/openapi-parser";
import t from "tap";
import { complianceView } from "../sensor/report/compliance/view.js";
import { complianceJson } from "../sensor/report/compliance-json.js";
import { complianceMarkdown } from "../sensor/report/compliance-markdown.js";
import { cyclonedx } from "../sensor/report/cyclonedx.js";
import { html } from "../sensor/report/html.js";
import { mermaid } from "../sensor/report/mermaid.js";
import { ndjson } from "../sensor/report/ndjson.js";
import { openapi } from "../sensor/report/openapi.js";
import { sarif } from "../sensor/report/sarif.js";
import type { StoredRow } from "../sensor/store/stored-row.js";
import type { EndpointRecord } from "../shared/event.js";
import type { HealthRecord } from "../shared/health.js";
import { shareWords } from "../shared/protection-words.js";
import { readDeclared } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

const JSON_FIELDS = "Content-Type: application/json\r\n";

/** The rows that a sensor has of a scene. */
function rowsOf(scene: Scene, sensor?: string): StoredRow[] {
  return scene.inventory.takeDelta(1_000).rows.map(({ record }) => ({ record, sensor }));
}

function openApiOf(rows: readonly StoredRow[]) {
  return JSON.parse([...openapi.write(rows, [])].join(""));
}

t.test(
  "OpenAPI of several services: the same path of two is two, each with its schema and its credentials",
  async (t) => {
    const scene = new Scene();
    for (let id = 1; id <= 12; id++) {
      const bank = { server: "10.0.0.12", host: "bank.test", fields: "X-Api-Key: 0123456789abcdef\r\n" };
      scene.get(`/items/${id}`, { host: "shop.test", answerFields: JSON_FIELDS, body: '{"id":1,"total":2}' });
      scene.get(`/items/${id}`, { ...bank, answerFields: JSON_FIELDS, body: '{"iban":"x","owner":"y"}' });
    }
    scene.get("/own", { host: "shop.test" });
    const document = openApiOf(rowsOf(scene));
    t.match(await validate(structuredClone(document)), { valid: true });
    t.same(Object.keys(document.paths), [
      "/items/{itemId}#service=bank.test",
      "/items/{itemId}#service=shop.test",
      "/own",
    ]);
    const [bank, shop] = ["bank.test", "shop.test"].map(
      (name) => document.paths[`/items/{itemId}#service=${name}`].get,
    );
    const schemaOf = (operation: typeof shop) => operation.responses[200].content["application/json"].schema;
    t.same(schemaOf(shop).required, ["id", "total"]);
    t.same(schemaOf(bank).required, ["iban", "owner"]);
    t.equal(shop.security, undefined);
    t.match(bank.security, [{ "api-key-header-x-api-key": [] }]);
    t.match([shop.servers, bank.servers], [[{ url: "http://shop.test:80" }], [{ url: "http://bank.test:80" }]]);
    t.equal(shop["x-observed"].length + bank["x-observed"].length, 2);
    const { declared } = await readDeclared(t, { "export.json": JSON.stringify(document) });
    const read = declared.apis[0].operations.map(({ template, servers }) => `${template} at ${servers?.[0].host}`);
    t.same(
      read,
      ["/items/{itemId} at bank.test", "/items/{itemId} at shop.test", "/own at shop.test"],
      "given back as a file",
    );
  },
);

t.test("OpenAPI of a fleet: schemas of one service are merged, and each sensor tells its own counts", async (t) => {
  const seen = (sensor: string, body: string, target = "") => {
    const scene = new Scene();
    for (let id = 1; id <= 12; id++)
      scene.get(`/orders/${id}${target}`, { host: "orders.test", answerFields: JSON_FIELDS, body });
    return rowsOf(scene, sensor);
  };
  const rows = [
    ...seen("a", '{"id":1,"total":2,"at":"2026-01-01","list":[]}', "?page=1"),
    ...seen("b", '{"id":"x","total":2.5,"email":"ada@example.com","list":[{"n":1}],"at":null}'),
  ];
  const document = openApiOf(rows);
  t.match(await validate(structuredClone(document)), { valid: true });
  const { parameters, responses, ...operation } = document.paths["/orders/{orderId}"].get;
  t.equal(responses[200].description, "seen in 24 calls, by 2 sensors together");
  t.same(responses[200].content["application/json"].schema, {
    type: "object",
    properties: {
      at: { type: ["string", "null"], format: "date" },
      email: { type: "string", format: "email" },
      id: { type: ["integer", "string"] },
      list: { type: "array", items: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] } },
      total: { type: "number" },
    },
    required: ["at", "id", "list", "total"],
  });
  t.match(
    parameters,
    [{ in: "path" }, { name: "page", in: "query", required: undefined }],
    "half of the calls had none",
  );
  t.match(operation["x-observed"], [
    { sensor: "a", calls: 12 },
    { sensor: "b", calls: 12 },
  ]);
  t.equal(document.tags, undefined, "one service");
});

/** What two sensors tell of one fleet: one service seen by both, and one address that had another service before. */
function twoSensors(): StoredRow[] {
  const at = 1_700_000_000_000_000;
  const first = new Scene();
  const second = new Scene();
  for (let id = 1; id <= 12; id++) {
    first.get(`/orders/${id}`, { host: "orders.test", fields: "Authorization: Bearer abc\r\n", atMicros: at + id });
    first.get(`/b/${id}`, { host: "svc-b.test", server: "10.1.0.2", atMicros: at + id });
    second.get(`/c/${id}`, { host: "svc-c.test", server: "10.1.0.2", atMicros: at + 9_000_000 + id });
  }
  for (let id = 1; id <= 5; id++)
    second.get(`/orders/${id}`, { client: "10.0.0.9", host: "orders.test", atMicros: at + 5_000_000 + id });
  const told = (scene: Scene, sensor: string): StoredRow[] => [
    ...rowsOf(scene, sensor),
    ...scene.detection.all().map((record) => ({ record, sensor })),
  ];
  return [...told(first, "a"), ...told(second, "b")];
}

const COVERED = ["a", "b"].map((sensor) => {
  return { sensor, runs: [], blindIntervals: [], eventsDropped: 0, callsNotSampled: 0 };
});

t.test("CycloneDX of a fleet: calls of all sensors, the times of all, and the name as it was seen last", async (t) => {
  const text = [...cyclonedx.write(twoSensors(), COVERED)].join("");
  t.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text), null);
  const { services } = JSON.parse(text);
  type Property = { readonly name: string; readonly value: string };
  const told = services.map(({ name, authenticated, properties }: { [key: string]: unknown }) => {
    const values = (properties as Property[]).map(({ name, value }) => [name.replace("eastwatch:", ""), value]);
    const { address, calls, countedBy, otherNames, firstSeen, lastSeen } = Object.fromEntries(values);
    return [name, authenticated, address, calls, countedBy, otherNames, firstSeen.slice(17), lastSeen.slice(17)];
  });
  const both = (a: string, b: string) => `a: ${a}; b: ${b}`;
  t.strictSame(told, [
    [
      ...["orders.test", false, "10.0.0.2:80", "17", both("12 calls, 12 connections", "5 calls, 5 connections")],
      ...[undefined, "20.000001Z", "25.000005Z"],
    ],
    [
      ...["svc-c.test", false, "10.1.0.2:80", "24", both("12 calls, 12 connections", "12 calls, 12 connections")],
      ...["svc-b.test by a", "20.000001Z", "29.000012Z"],
    ],
  ]);
  t.equal(services.length, 2);
  const one = [
    ...cyclonedx.write(
      twoSensors().filter(({ sensor }) => sensor === "a"),
      [],
    ),
  ].join("");
  t.notMatch(one, /countedBy|otherNames/, "one sensor has nobody to agree with");
});

t.test(
  "views of a fleet have what all sensors saw: counts, times, calls without a credential, one result a finding",
  (t) => {
    const rows = twoSensors();
    const { facts } = complianceView(rows, COVERED);
    const orders = facts.endpoints.find(({ template }) => template === "/orders/{orderId}");
    t.match(orders, {
      calls: 17,
      callerCount: 2,
      statuses: { 200: 17 },
      credentials: { bearer: 12 },
      firstMicros: 1_700_000_000_000_001,
      lastMicros: 1_700_000_005_000_005,
      protection: { carried: { calls: 12 }, bare: { calls: 5, answered: 5 } },
    });
    t.same(
      facts.edges.map(({ clientAddress, serverService, calls, postureCounts }) => {
        return [clientAddress, serverService, calls, postureCounts];
      }),
      [
        ["10.0.0.1", "orders.test", 12, { cleartext: 12 }],
        ["10.0.0.1", "svc-c.test", 24, { cleartext: 24 }],
        ["10.0.0.9", "orders.test", 5, { cleartext: 5 }],
      ],
    );
    const page = [...html.write(rows, COVERED)].join("");
    t.match(page, /saw are counted once/);
    t.match(page, /<p>Seen by a, b from [^<]* UTC; eastwatch/);
    const blank = { ...COVERED[1], sensor: "blank" };
    t.match(
      [...html.write(rows, [...COVERED, blank])].join(""),
      /<p>Seen by a, b from [^<]*, and nothing of it by blank; /,
    );
    t.match(page, /<td>GET \/orders\/\{orderId\}<\/td><td>[a-z]+<\/td><td[^>]*>17<\/td>/);
    t.match([...mermaid.write(rows, COVERED)].join(""), /cleartext, 24 connections/);
    const results: { partialFingerprints: Record<string, string>; properties: object }[] = JSON.parse(
      [...sarif.write(rows, COVERED)].join(""),
    ).runs[0].results;
    const ids = results.map(({ partialFingerprints }) => partialFingerprints["findingId/v1"]);
    t.equal(new Set(ids).size, ids.length, "each finding once");
    t.end();
  },
);

t.test("calls that two sensors saw are counted once in every document of the fleet", async (t) => {
  const rows = bothEnds();
  const { facts } = complianceView(rows, COVERED);
  const orders = facts.endpoints.find(({ template }) => template === "/orders/{orderId}");
  t.match(orders, {
    calls: 12,
    statuses: { 200: 12 },
    credentials: { bearer: 12 },
    requestBodiesRead: 0,
    protection: { carried: { calls: 12, answered: 12 }, bare: { calls: 0 } },
  });
  const items = facts.endpoints.find(({ template }) => template === "/items/{itemId}");
  t.equal(items?.calls, 9, "of clients of whom nothing is repeated all count");
  t.match(facts.services, [{ name: "orders.test", calls: 21, connections: 21 }]);
  t.same(
    facts.edges.map((edge) => [edge.clientAddress, edge.calls, edge.connections, edge.postureCounts, edge.credentials]),
    [
      ["10.0.0.1", 12, 12, { cleartext: 12 }, { bearer: 12 }],
      ["10.0.0.7", 4, 4, { cleartext: 4 }, {}],
      ["10.0.0.8", 5, 5, { cleartext: 5 }, {}],
    ],
  );
  t.match(
    facts.findings.filter(({ rule }) => rule === "credentials-in-cleartext"),
    [{ count: 12 }],
  );
  const bom = [...cyclonedx.write(rows, COVERED)].join("");
  t.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bom), null);
  t.match(bom, /"eastwatch:calls",\s+"value": "21"/);
  const document = openApiOf(rows);
  t.equal(
    document.paths["/orders/{orderId}"].get.responses[200].description,
    "seen in 12 calls, by 2 sensors together",
  );
  t.equal(document.paths["/items/{itemId}"].get.responses[200].description, "seen in 9 calls, by 2 sensors together");
  const texts = [html, sarif, openapi, complianceMarkdown, complianceJson].map((report) => {
    return [...report.write(rows, COVERED)].join("");
  });
  for (const text of [bom, ...texts]) t.match(text, /saw are counted once/);
  t.match([...mermaid.write(rows, COVERED)].join(""), /saw are counted once.*cleartext, 12 connections/s);
  const lines = [...ndjson.write(rows, COVERED)].map((line) => JSON.parse(line));
  t.same(
    lines.filter(({ kind }) => kind === "edge").map((one) => [one.sensor, one.calls, one.repeated_calls]),
    [
      ["a", 12, 12],
      ["a", 4, undefined],
      ["b", 12, 12],
      ["b", 5, undefined],
    ],
  );
});

/** One service of which two sensors saw the calls of one client both, and those of another client each. */
function bothEnds(): StoredRow[] {
  const sceneOf = (client: string, calls: number): Scene => {
    const scene = new Scene();
    for (let id = 1; id <= 12; id++)
      scene.get(`/orders/${id}`, { host: "orders.test", fields: "Authorization: Bearer abc\r\n" });
    for (let id = 1; id <= calls; id++) scene.get(`/items/${id}`, { host: "orders.test", client });
    return scene;
  };
  const repeated = { calls: 12, connections: 12 };
  return [["a", sceneOf("10.0.0.7", 4)] as const, ["b", sceneOf("10.0.0.8", 5)] as const].flatMap(
    ([sensor, scene]): StoredRow[] => [
      ...rowsOf(scene, sensor).map((row) => {
        const isOfBoth = row.record.kind === "edge" && row.record.clientAddress === "10.0.0.1";
        return isOfBoth ? { ...row, repeated } : row;
      }),
      ...scene.detection.all().map((record) => ({ record, sensor })),
    ],
  );
}

t.test(
  "an endpoint of two sensors has as many calls as its statuses, and as those with a credential and without",
  (t) => {
    const sceneOf = (calls: number, more: { fields?: string; status?: number }): Scene => {
      const scene = new Scene();
      for (let id = 1; id <= calls; id++) scene.get(`/orders/${id}`, { host: "orders.test", ...more });
      return scene;
    };
    // Of other endpoints they saw the same calls: how many of this one is not told.
    const repeated = { calls: 20, connections: 20 };
    const joined = (rows: readonly StoredRow[]) => {
      const told = rows.map((row) => (row.record.kind === "edge" ? { ...row, repeated } : row));
      return complianceView(told, COVERED).facts.endpoints[0];
    };
    const [whole] = rowsOf(sceneOf(10, { fields: "Authorization: Bearer abc\r\n" }), "a").flatMap(endpointsOf);
    const apart = joined([
      ...rowsOf(sceneOf(10, { fields: "Authorization: Bearer abc\r\n" }), "a"),
      ...rowsOf(sceneOf(6, { status: 401 }), "b"),
    ]);
    t.match(apart, { calls: 16, statuses: { 200: 10, 401: 6 } });
    t.equal(shareWords(apart), "63 % with a credential (10), 38 % without one of a known kind (6)");
    const half = (sensor: string, carried: number, bare: number, unsureCalls: number): StoredRow[] => {
      const counts = (calls: number) => ({ calls, answered: calls, refused: 0 });
      const protection = { ...whole.protection, carried: counts(carried), bare: counts(bare), unsureCalls };
      return rowsOf(sceneOf(carried + bare + unsureCalls, { fields: "Authorization: Bearer abc\r\n" }), sensor).map(
        (row) => {
          return row.record.kind === "endpoint"
            ? { ...row, record: { ...row.record, protection } as EndpointRecord }
            : row;
        },
      );
    };
    const unsure = joined([...half("a", 7, 6, 11), ...half("b", 0, 9, 3)]);
    t.match(unsure, { calls: 24, protection: { carried: { calls: 7 }, bare: { calls: 9 }, unsureCalls: 8 } });
    t.end();
  },
);

function endpointsOf({ record }: StoredRow): EndpointRecord[] {
  return record.kind === "endpoint" ? [record] : [];
}

t.test("a name that one sensor did not see is that of the other, whoever saw it last", (t) => {
  const named = twoSensors().filter(({ sensor }) => sensor === "a");
  const bare = named.map(({ record }): StoredRow => {
    const lastMicros = record.lastMicros + 1e6;
    if (record.kind === "service")
      return { record: { ...record, name: `${record.address}:80`, lastMicros }, sensor: "b" };
    if (record.kind === "edge")
      return { record: { ...record, serverService: `${record.serverAddress}:80`, lastMicros }, sensor: "b" };
    return { record, sensor: "b" };
  });
  const { services, edges } = complianceView([...named, ...bare], COVERED).facts;
  t.same(services.map(({ name }) => name).sort(), ["orders.test", "svc-b.test"]);
  t.same(edges.map(({ serverService }) => serverService).sort(), ["orders.test", "svc-b.test"]);
  t.end();
});

t.test("the report sums up what was covered beside its figures, and a big inventory by service", (t) => {
  const rows = twoSensors().filter(({ sensor }) => sensor === "a");
  const [silent] = COVERED;
  const small = [...html.write(rows, [silent])].join("");
  const summary = /<h2 id="summary">.*?(?=<h2)/s.exec(small)?.[0] ?? "";
  t.match(summary, /What was lost is not known: that is not a 0\. Into 0 of 2 edges/);
  t.match(summary, /<a href="#what-was-not-visible">/);
  const health: HealthRecord = {
    ...{
      kind: "health" as const,
      atMicros: 9e6,
      startedMicros: 1e6,
      version: "1",
      lagMillis: 0,
      rssBytes: 1,
      cpuPercent: 0,
    },
    interfaces: [{ name: "eth0", state: "capturing", frames: 1_000, dropped: 7, restarts: 0 }],
    ...{ counters: { gap_bytes: 5, flows_refused: 3 }, undecoded: {} },
  };
  const covered = [...html.write(rows, [{ ...silent, runs: [health] }, COVERED[1]])].join("");
  for (const words of [
    "1,000 frames were looked at, 7 were dropped before, 5 bytes were missing in connections, 3 connections were refused",
    "Of 1 sensor it is not known.",
  ])
    t.ok(covered.includes(words), words);
  const [first] = rows.flatMap(({ record }) => (record.kind === "endpoint" ? [record] : []));
  const many = Array.from({ length: 900 }, (_, at): StoredRow => {
    const state = at < 3 ? "shadow" : "active";
    return { record: { ...first, template: `/many/${at}`, service: `s${at % 4}`, state }, sensor: "a" };
  });
  const big = [...html.write(many, [silent])].join("");
  t.match(big, /900 endpoints are too many to read one by one.*eastwatch export --format csv/);
  t.match(big, /<td>s0<\/td><td class="number">225<\/td>/);
  const odd = /<h3>Endpoints that are not in order<\/h3>.*?<\/table>/s.exec(big)?.[0] ?? "";
  t.equal(odd.split("/many/").length - 1, 3);
  t.ok(big.split("<tr>").length < 1_500, "bounded");
  t.end();
});
