import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { validate } from "@readme/openapi-parser";
import { default as Ajv4 } from "ajv-draft-04";
import addFormatsModule from "ajv-formats";
import { chromium } from "playwright-core";
import t from "tap";
import { onlyService } from "../sensor/report/only-service.js";
import type { StoredRow } from "../sensor/store/stored-row.js";
import { presentRows } from "../shared/present-findings.js";
import { delta, sensorStore } from "./support/delivery.js";
import { handshake } from "./support/handshake-builder.js";
import { CHROMIUM, NO_BROWSER } from "./support/page.js";
import { run, temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

const addFormats = addFormatsModule.default;
const require = createRequire(import.meta.url);
/** The published schema, draft 4, as Microsoft's package carries it. */
const isSarif = addFormats(new Ajv4.default({ strict: false, unicodeRegExp: false })).compile(
  require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"),
);

const EVIL = "<script>alert(1)</script>";

/** A sensor's file with services that share templates, odd methods, texts meant to break documents, and findings. */
function inventoryFile(folder: string, more: (scene: Scene) => void = () => {}): string {
  const scene = new Scene();
  for (const id of [17, 18, 19]) {
    scene.get(`/orders/${id}`, { fields: "Authorization: Bearer abc\r\n" });
    scene.get(`/orders/${id}/items`, {
      client: "10.0.0.7",
      server: "10.0.0.3",
      host: "stock.internal",
    });
  }
  scene.get("/healthz").get("/healthz", { server: "10.0.0.3", host: "stock.internal" });
  scene.get("/orders", {
    method: "POST",
    body: "{}",
    fields: "Content-Type: application/json\r\nAuthorization: Basic YTpi\r\n",
    status: 201,
  });
  scene.get("/dav", { method: "PROPFIND" });
  for (const query of ["query A{a}", "{b(c: 1)}"])
    scene.exchange({
      method: "POST",
      path: "/graphql",
      fields: "Content-Type: application/json\r\n",
      requestBody: JSON.stringify({ query }),
    });
  scene.get(`/${EVIL}`, { fields: `User-Agent: ${EVIL}\r\n`, answerFields: `Server: ${EVIL}\r\n` });
  scene.get("/ünïcode/{brace}/a b", { client: "8.8.8.8" });
  scene.inventory.message(handshake("presented"));
  more(scene);
  const store = sensorStore(folder);
  store.apply(delta({ inventory: scene.inventory.takeDelta(1_000), findings: scene.detection.takeChanged(1_000) }));
  store.close();
  return join(folder, "sensor.sqlite");
}

function exported(database: string, format: string): string {
  const { code, out, error } = run(["export", "--format", format, "--database", database]);
  if (code !== 0) throw new Error(error);
  return out;
}

t.test("OpenAPI: valid, and the operations of two services at one path are two", async (t) => {
  const text = exported(inventoryFile(temporaryFolder(t)), "openapi");
  const document = JSON.parse(text);
  t.match(await validate(structuredClone(document)), { valid: true });
  t.equal(document.openapi, "3.1.0");
  const order = document.paths["/orders/{orderId}"].get;
  t.match(order, {
    servers: [{ url: "http://shop.internal:80" }],
    parameters: [{ name: "orderId", in: "path", required: true, schema: { type: "integer" } }],
    responses: { "200": { description: "seen in 3 calls" } },
    security: [{ bearer: [] }],
    "x-observed": [{ service: "shop.internal", calls: 3, credentials: { bearer: 3 } }],
  });
  const [seen] = order["x-observed"];
  t.same(seen.edge, { counts: { cleartext: 10 }, certificates: {} }, "what the connections to it were");
  const healthOf = (service: string) => document.paths[`/healthz#service=${service}`].get;
  for (const service of ["shop.internal", "stock.internal"])
    t.match(healthOf(service), {
      tags: [service],
      servers: [{ url: `http://${service}:80` }],
      "x-observed": [{ service }],
    });
  t.equal(document.paths["/healthz"], undefined, "nothing that is of both");
  t.match(document.paths["/orders"].post, {
    requestBody: { content: { "application/json": {} } },
    security: [{ basic: [] }],
  });
  t.ok(document.paths["/graphql#query.A"].post && document.paths["/graphql#query(b)"].post, "operations at one path");
  t.ok(document.paths["/dav"]["x-observed-methods"].PROPFIND, "a method OpenAPI has no place for");
  t.equal(document.components.securitySchemes.basic.scheme, "basic");
});

t.test("CycloneDX: valid by the schema of 1.6, services with what protects them and who needs whom", async (t) => {
  const text = exported(inventoryFile(temporaryFolder(t)), "cyclonedx");
  t.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text), null);
  const document = JSON.parse(text);
  const shop = document.services.find((service: { name: string }) => service.name === "shop.internal");
  t.match(shop, { "x-trust-boundary": true, "bom-ref": "service:10.0.0.2:80" });
  const crossed = document.services.map((service: object) => "x-trust-boundary" in service);
  t.ok(crossed.includes(false), "of one that nobody was seen to call from outside it is not said");
  t.notMatch(text, /"x-trust-boundary": false/);
  t.match(document.metadata.properties, [{ name: "eastwatch:timestamp", value: /^when anything was seen last/ }]);
  t.notOk("authenticated" in shop, "some of it is called with credentials, some answers without: neither yes nor no");
  t.match(shop.properties, new Set([{ name: "eastwatch:callsAnsweredWithoutCredential", value: /^\d+ of \d+$/ }]));
  t.ok(shop.endpoints.includes("http://10.0.0.2:80/orders/%7BorderId%7D"));
  t.match(document.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

t.test("CycloneDX: classes of data flow the way that the messages go in which they were seen", async (t) => {
  const answerFields = "Content-Type: application/json\r\n";
  const text = exported(
    inventoryFile(temporaryFolder(t), (scene) => {
      scene.get("/find?email=ada@example.com", { answerFields, body: '{"iban":"DE89370400440532013000"}' });
      scene.get("/me?email=ada@example.com&ssn=536-90-4399", { answerFields, body: '{"email":"ada@example.com"}' });
    }),
    "cyclonedx",
  );
  t.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text), null);
  const shop = JSON.parse(text).services.find((service: { name: string }) => service.name === "shop.internal");
  t.strictSame(shop.data, [
    { flow: "bi-directional", classification: "email" },
    { flow: "outbound", classification: "iban" },
    { flow: "inbound", classification: "us-ssn" },
  ]);
});

t.test("a document of one service has nothing of others", async (t) => {
  const database = inventoryFile(temporaryFolder(t));
  const only = (format: string, service: string) =>
    run(["export", "--format", format, "--database", database, "--service", service]);
  const document = JSON.parse(only("openapi", "stock.internal").out);
  t.equal((await validate(structuredClone(document))).valid, true);
  t.strictSame(Object.keys(document.paths), ["/healthz", "/orders/{orderId}/items"]);
  const servers = Object.values(document.paths).map((item) => (item as { get: { servers: unknown } }).get.servers);
  t.strictSame(servers, [[{ url: "http://stock.internal:80" }], [{ url: "http://stock.internal:80" }]]);
  const rows = only("ndjson", "stock.internal").out.trim().split("\n");
  t.strictSame([...new Set(rows.map((line) => JSON.parse(line)["server.address"]))], ["10.0.0.3"]);
  const { code, error } = only("openapi", "stok.internal");
  t.equal(code, 2);
  t.match(error, /--service "stok\.internal" is in no row of the inventory; did you mean "stock\.internal"\?/);
});

t.test("rows of one service have its certificates alone", (t) => {
  const service = (name: string, address: string) => ({ kind: "service", name, address, port: 443 });
  const certificate = (serial: string, services: readonly string[]) => ({ kind: "certificate", serial, services });
  const records = [service("shop", "10.0.0.2"), service("stock", "10.0.0.3")];
  const shown = [certificate("1", ["shop"]), certificate("2", ["stock"]), certificate("3", ["shop", "stock"])];
  const rows = [...records, ...shown].map((record) => ({ record, sensor: undefined }) as unknown as StoredRow);
  t.strictSame(
    onlyService(rows, "stock").map(({ record }) => record as unknown),
    [records[1], shown[1], shown[2]],
  );
  t.end();
});

t.test(
  "findings are named as the inventory is today: of a path that became a parameter's value there is no endpoint",
  (t) => {
    const answerFields = "Content-Type: application/json\r\n";
    const database = inventoryFile(temporaryFolder(t), (scene) => {
      for (let user = 1; user <= 5; user++)
        scene.get(`/users/user-${user}`, { answerFields, body: '{"email":"ada@example.com"}' });
      scene.get("/users/user-1/mail", { answerFields, body: '{"email":"ada@example.com"}' });
    });
    const rows = exported(database, "ndjson")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const templates = new Set(rows.filter(({ kind }) => kind === "endpoint").map((row) => row["url.template"]));
    t.ok(templates.has("/users/{userId}"));
    const findings = rows.filter((row) => row.kind === "finding" && row["url.template"] !== undefined);
    for (const row of findings) t.ok(templates.has(row["url.template"]), `${row.rule} ${row["url.template"]}`);
    const exposed = findings.filter(
      (row) => row.rule === "sensitive-data-cleartext" && row["url.template"] === "/users/{userId}",
    );
    t.match(exposed, [{ count: 5, evidence: { group: "personal", "response.email": 5 } }]);
    t.match(exposed[0].summary, /^Calls to GET \/users\/\{userId\} of shop\.internal carry/);
    t.notMatch(exported(database, "sarif"), /users\/user-1 /);
    t.end();
  },
);

t.test(
  "a path that two endpoints answer to alike, or none, keeps its name; what was two findings before stays two",
  (t) => {
    const endpoint = (template: string) => ({ kind: "endpoint", method: "GET", template });
    const finding = (template: string, id: string, evidence = {}) => ({
      kind: "finding",
      rule: "r",
      method: "GET",
      template,
      summary: `GET ${template} of shop`,
      id,
      evidence,
      count: 1,
    });
    const told = (...records: object[]) =>
      presentRows(records.map((record) => ({ record, sensor: undefined }) as unknown as StoredRow)).flatMap(
        ({ record }) => (record.kind === "finding" ? [`${record.template} ${record.count}`] : []),
      );
    t.same(told(endpoint("/{a}/x"), endpoint("/b/{c}"), finding("/b/x", "1"), finding("/d", "2")), ["/b/x 1", "/d 1"]);
    t.same(told(endpoint("/b/{c}"), endpoint("/{a}/{c}"), finding("/b/x", "1")), ["/b/{c} 1"], "the narrower");
    t.same(told(endpoint("/f/{a}.json"), finding("/f/x.json", "1"), finding("/f/x.xml", "2")), [
      "/f/{a}.json 1",
      "/f/x.xml 1",
    ]);
    t.same(told(endpoint("/g#{a}"), endpoint("/{g}#b"), finding("/g#c", "1")), ["/g#c 1"], "another operation");
    t.same(told(endpoint("/{a}"), finding("/{a}", "1"), finding("/{a}", "2")), ["/{a} 1", "/{a} 1"]);
    t.same(told(endpoint("/{a}"), finding("/{a}", "1"), finding("/b", "2"), finding("/c", "3")), ["/{a} 3"]);
    const named = (name: string) => ({ name });
    t.same(told(endpoint("/{a}"), finding("/{a}", "1", named("x")), finding("/b", "2", named("y"))), [
      "/{a} 1",
      "/{a} 1",
    ]);
    t.end();
  },
);

t.test("SARIF: each result has its rule, its level and a stable fingerprint", async (t) => {
  const document = JSON.parse(exported(inventoryFile(temporaryFolder(t)), "sarif"));
  t.ok(isSarif(document), JSON.stringify(isSarif.errors));
  t.notOk(
    isSarif({ ...document, runs: [{ ...document.runs[0], results: [{ level: "bad" }] }] }),
    "the schema can say no",
  );
  const [{ tool, results }] = document.runs;
  t.equal(document.version, "2.1.0");
  t.ok(results.length >= 3);
  for (const result of results) {
    t.equal(tool.driver.rules[result.ruleIndex].id, result.ruleId);
    t.ok(["note", "warning", "error"].includes(result.level) && result.message.text.length > 20);
    t.ok(result.partialFingerprints["findingId/v1"].length > 0 && result.locations[0].logicalLocations.length === 1);
  }
  const basic = results.find(({ ruleId }: { ruleId: string }) => ruleId === "basic-credentials-in-cleartext");
  t.match(basic, { level: "error", occurrenceCount: 1, properties: { severity: "high" } });
});

t.test("HTML: stands alone, says what was not visible, and nothing of the wire is markup", async (t) => {
  const text = exported(inventoryFile(temporaryFolder(t)), "html");
  t.notOk(text.includes("<script") || /\bsrc=|\bhref="[^#]/.test(text));
  t.ok(text.includes("&lt;script&gt;"));
  for (const title of ["Summary", "Protection of edges", "Endpoints by state", "Findings", "What was not visible"])
    t.ok(text.includes(`>${title}</h2>`), title);
  t.match(
    exported(
      inventoryFile(temporaryFolder(t), () => {}),
      "html",
    ),
    /GET \/orders\/\{orderId\}/,
  );
});

t.test("HTML: the contents list all sections that are there, in their order", (t) => {
  const text = exported(inventoryFile(temporaryFolder(t)), "html");
  const listed = [...(text.match(/<nav>.*?<\/nav>/s)?.[0] ?? "").matchAll(/href="#(.*?)">(.*?)</g)];
  const sections = [...text.matchAll(/<h2 id="(.*?)">(.*?)<\/h2>/g)];
  const told = (found: RegExpMatchArray[]) => found.map(([, id, title]) => `${id} ${title}`);
  t.strictSame(told(listed), told(sections));
  const titles = sections.map(([, , title]) => title);
  t.ok(titles.includes("Other references of findings"));
  t.equal(new Set(titles).size, titles.length);
  t.end();
});

t.test(
  "HTML: as wide as a narrow window, wide tables scroll in their own boxes, and paper has them whole",
  { skip: NO_BROWSER },
  async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, "report.html");
    writeFileSync(file, exported(inventoryFile(folder), "html"));
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
    t.teardown(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`file://${file}`);
    const width = "document.documentElement.scrollWidth";
    t.equal(await page.evaluate(width), 390);
    const boxes = "[...document.querySelectorAll('.wide')].filter((box) => box.scrollWidth > box.clientWidth).length";
    t.ok(Number(await page.evaluate(boxes)) > 3, "what does not fit is moved in its box");
    await page.emulateMedia({ media: "print" });
    const hidden =
      "[...document.querySelectorAll('.wide')].filter((box) => getComputedStyle(box).overflowX !== 'visible').length";
    t.equal(await page.evaluate(hidden), 0, "nothing is cut off on paper");
  },
);

t.test("the same inventory gives the same documents, and an empty one gives valid ones", async (t) => {
  const database = inventoryFile(temporaryFolder(t));
  const folder = temporaryFolder(t);
  sensorStore(folder).close();
  for (const format of ["openapi", "cyclonedx", "sarif", "html"]) {
    t.equal(exported(database, format), exported(database, format), format);
    t.ok(exported(join(folder, "sensor.sqlite"), format).length > 50, `${format} of nothing`);
  }
  const nothing = JSON.parse(exported(join(folder, "sensor.sqlite"), "openapi"));
  t.equal(nothing.info.version, "nothing seen", "no day of 1970");
  t.match(await validate(nothing), { valid: true });
  t.ok(isSarif(JSON.parse(exported(join(folder, "sensor.sqlite"), "sarif"))), "SARIF of nothing");
  const empty = exported(join(folder, "sensor.sqlite"), "cyclonedx");
  t.equal(JSON.parse(empty).metadata.timestamp, undefined);
  t.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(empty), null);
});

t.test("diff: what was added, removed and changed, in three formats, with a gate", (t) => {
  const before = inventoryFile(temporaryFolder(t));
  const after = inventoryFile(temporaryFolder(t), (scene) => {
    scene.get("/refunds").get("/healthz", { fields: "Authorization: Bearer abc\r\n" });
    scene.inventory.message(handshake("declined"));
  });
  const diff = (...parameters: string[]) => run(["diff", ...parameters]);
  t.match(diff(before, before), { code: 0, out: "no difference\n" });
  const told = diff(before, after);
  t.match(told, { code: 0, error: "" });
  t.match(told.out, /^\+ endpoint 10\.0\.0\.2:80 GET \/refunds: of shop\.internal, active$/m);
  t.match(
    told.out,
    /^~ endpoint 10\.0\.0\.2:80 GET \/healthz: credentials none → bearer; calls without one of a known kind → with a credential, without one of a known kind; access open → mixed; places of credentials none → bearer in header authorization; caching of answers none → unsaid$/m,
  );
  t.match(told.out, /posture mtls → mixed/);
  t.match(
    told.out,
    /^\+ finding client-auth-declined \w+: medium: 10\.0\.0\.2:8443 asked 10\.0\.0\.1 for a certificate/m,
  );
  t.match(diff(after, before).out, /^- endpoint 10\.0\.0\.2:80 GET \/refunds: of shop\.internal, active$/m);
  const { changes } = JSON.parse(diff(before, after, "--format", "json").out);
  t.ok(changes.some(({ change, kind }: { change: string; kind: string }) => change === "added" && kind === "endpoint"));
  t.match(diff(before, after, "--format", "markdown").out, /^\| change \| what \| which \| how \|$/m);
  for (const [gate, code] of [
    ["any", 1],
    ["added", 1],
    ["removed", 0],
  ] as const)
    t.equal(diff(before, after, "--fail-on", gate).code, code, gate);
  t.equal(diff(before, before, "--fail-on", "any").code, 0);
  t.match(diff(before, "/nowhere/x.sqlite"), { code: 3, error: /\/nowhere\/x\.sqlite/ });
  t.match(diff(before, after, "--format", "xml"), { code: 2 });
  t.end();
});

t.test("diff: two environments are compared by the names of their services, whatever their addresses", (t) => {
  const environment = (network: string, more: (scene: Scene, ends: object) => void = () => {}): string => {
    const ends = { client: `${network}.1`, server: `${network}.2` };
    const scene = new Scene().get("/orders/1", ends).get("/orders", { ...ends, method: "POST" });
    scene.get("/orders/1", { client: `${network}.1`, server: `${network}.3` });
    more(scene, ends);
    const folder = temporaryFolder(t);
    const store = sensorStore(folder);
    store.apply(delta({ inventory: scene.inventory.takeDelta(100), findings: scene.detection.takeChanged(100) }));
    store.close();
    return join(folder, "sensor.sqlite");
  };
  const staging = environment("10.0.0");
  const diff = (after: string, ...more: string[]) => run(["diff", staging, after, "--by", "name", ...more]);
  t.match(diff(environment("10.9.9"), "--fail-on", "any"), {
    code: 0,
    out: /^! Callers without a name are one by name: of 1 before and 1 after it is not told which came and went\nno difference\n$/,
  });
  const production = environment("10.9.9", (scene, ends) => {
    scene.get("/admin", ends);
    for (let times = 0; times < 3; times++)
      scene.get("/orders/1", {
        ...ends,
        answerFields: "Content-Type: application/json\r\n",
        body: '{"iban":"DE89370400440532013000"}',
      });
  });
  const { code, out } = diff(production, "--fail-on", "added");
  t.equal(code, 1);
  t.match(out, /^\+ endpoint shop\.internal GET \/admin: active$/m);
  t.match(
    out,
    /^~ endpoint shop\.internal GET \/orders\/\{orderId\}: data none → iban; .*fields none → answer 200\.iban; content types none → application\/json; bodies none → answer 200 object$/m,
  );
  t.match(out, /^\+ finding sensitive-data-cleartext shop\.internal GET \/orders\/\{orderId\}: \w+: Sensitive data/m);
  t.notMatch(out, /10\.9\.9|^-/m, "nothing is told of by its address, and nothing is gone");
  t.end();
});

t.test("an export to a file is the document and nothing else", (t) => {
  const folder = temporaryFolder(t);
  const database = inventoryFile(folder);
  const out = join(folder, "services.json");
  t.equal(run(["export", "--format", "cyclonedx", "--database", database, "--out", out]).code, 0);
  t.equal(JSON.parse(readFileSync(out, "utf8")).bomFormat, "CycloneDX");
  t.end();
});
