import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { join } from "node:path";
import { validate } from "@readme/openapi-parser";
import Database from "better-sqlite3";
import t from "tap";
import { loadDeclared } from "../sensor/command/declared-files.js";
import { defaultSettings } from "../shared/config/settings.js";
import type { EndpointRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { writeTraffic } from "./bench/traffic.js";
import { delta, sensorStore } from "./support/delivery.js";
import { freePort } from "./support/free-port.js";
import { IS_ROOT } from "./support/namespaces.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { Running, run, temporaryFolder, until } from "./support/program.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor } from "./support/teller.js";

const SKIP = IS_ROOT ? false : "SKIPPED: capturing needs root";

const API = `openapi: 3.0.3
info: { title: Prod, version: "1" }
paths:
  /api/v1/orders/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { "200": { description: ok } }
  /api/v1/users/{user}/profile:
    get:
      deprecated: true
      x-sunset: 2026-01-01
      parameters: [{ name: user, in: path, required: true, schema: { type: string } }]
      responses: { default: { description: ok } }
  /api/v1/reports:
    get:
      responses: { default: { description: ok } }
`;
const HOST = "declared.services=api.yaml=service-*.prod.svc.cluster.local";

function lines(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, "utf8").trim();
  return text.split("\n").map((line) => JSON.parse(line));
}

t.test("analyze holds declared files against captures; a broken one ends it with 3, and the rest goes on", (t) => {
  const folder = temporaryFolder(t);
  const [capture, out, apis] = ["a.pcap", "out", "apis"].map((name) => join(folder, name));
  const traffic = { name: "t", what: "t", segmentBytes: 1_448, requests: 800, requestsPerConnection: 7 };
  writeTraffic(capture, { ...traffic, connections: 5, bodyBytes: 200 });
  mkdirSync(apis);
  writeFileSync(join(apis, "api.yaml"), API);
  const analyze = (...more: string[]) =>
    run(["analyze", capture, "--out", out, "--declared", apis, "--set", HOST, ...more]);
  t.same(analyze(), { code: 0, out: "", error: "" });
  const seen = lines(join(out, "endpoints.ndjson"));
  const summary = new Set(seen.map((line) => `${line["http.request.method"]} ${line["url.template"]} ${line.state}`));
  t.same([...summary].sort(), [
    "GET /api/v1/orders shadow",
    "GET /api/v1/orders/{id} active",
    "GET /api/v1/reports dormant",
    "GET /api/v1/users/{user}/profile zombie",
    "GET /healthz shadow",
    "POST /api/v1/orders shadow",
    "POST /api/v1/orders/{id} shadow",
    "POST /api/v1/users/{user}/profile shadow",
    "POST /healthz shadow",
  ]);
  const dormant = seen.filter(({ state }) => state === "dormant");
  t.same(dormant, [
    {
      ...{ service: "service-0.prod.svc.cluster.local", "server.address": "10.1.0.1", "server.port": 8080 },
      ...{ "http.request.method": "GET", "url.template": "/api/v1/reports", calls: 0, callers: [], statuses: {} },
      ...{ "auth.kinds": [], "data.classes": [], state: "dormant", missing_bytes: 0 },
    },
  ]);
  const rules = new Set(lines(join(out, "findings.ndjson")).map(({ rule, severity }) => `${rule} ${severity}`));
  for (const rule of ["shadow-endpoint medium", "zombie-endpoint high", "undeclared-status low"])
    t.ok(rules.has(rule), rule);
  t.match(JSON.parse(readFileSync(join(out, "summary.json"), "utf8")).counters, {
    ...{ declared_files: 1, declared_files_broken: 0, declared_operations: 3, declared_never_seen: 1 },
  });

  writeFileSync(join(apis, "broken.yaml"), "openapi: 3.0.3\npaths: []\n");
  const text = `eastwatch: broken.yaml:2:1: "paths" must be a mapping such as { /orders: { get: … } }\n`;
  t.same(analyze(), { code: 3, out: "", error: text });
  t.same(lines(join(out, "endpoints.ndjson")), seen, "the others go on");
  t.same(analyze("--declared", join(folder, "none")).code, 2, "what is not there is a wrong configuration");
  const checked = run(["check-config", "--set", `declared.files=${apis}`, HOST]);
  t.match(checked, { code: 2, error: text });
  t.end();
});

const SHOP = `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /orders/{id}:
    get: { responses: { "200": { description: ok } } }
    delete: { deprecated: true, responses: { default: { description: ok } } }
  /refunds:
    post: { responses: { default: { description: ok } } }
`;

async function shopScene(folder: string): Promise<Scene> {
  writeFileSync(join(folder, "shop.yaml"), SHOP);
  const files = [join(folder, "shop.yaml")];
  const loaded = await loadDeclared({ ...defaultSettings().declared, files }, { broken() {}, notice() {} });
  const scene = new Scene(loaded === undefined ? {} : { declared: { ...loaded.declared, windowSeconds: 0 } });
  scene.get("/orders/7").get("/orders/8", { status: 500 }).get("/hidden");
  scene.get("/orders/9", { method: "DELETE", answerFields: "Sunset: Wed, 01 Jan 2025 00:00:00 GMT\r\n" });
  return scene;
}

t.test("every export tells what is declared, deprecated and other than declared", async (t) => {
  const folder = temporaryFolder(t);
  const scene = await shopScene(folder);
  const rows = scene.inventory.takeDelta(1_000);
  for (const { record } of rows.rows) t.same(withoutEmpty(decodeEvent(encodeEvent(record))), withoutEmpty(record));
  const store = sensorStore(folder);
  store.apply(delta({ inventory: rows, findings: scene.detection.takeChanged(1_000) }));
  store.close();
  const exported = (format: string): string =>
    run(["export", "--format", format, "--database", join(folder, "sensor.sqlite")]).out;

  const place = `${folder}/shop.yaml`;
  const table = exported("ndjson")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const row = (method: string, template: string) =>
    table.find(
      (one) => one["http.request.method"] === method && one["url.template"] === template && one.kind === "endpoint",
    );
  t.match(row("GET", "/orders/{id}"), {
    state: "active",
    declared: `${place}:6`,
    drift: ["status 500 is not declared"],
  });
  t.match(row("GET", "/hidden"), { state: "shadow", declared: `not in ${place}` });
  t.match(row("DELETE", "/orders/{id}"), {
    ...{ state: "zombie", deprecated_by: ["file", "header"], sunset: "2025-01-01T00:00:00.000000Z" },
    "callers.remaining": ["10.0.0.1"],
    "callers.last_calls": { "10.0.0.1": "2023-11-14T22:13:20.000003Z" },
  });
  t.match(row("POST", "/refunds"), { state: "dormant", calls: 0, first_seen: undefined });
  const [head, ...cells] = exported("csv").replace("\ufeff", "").split("\r\n");
  t.ok(head.includes(",declared,declared_title,deprecated_by,deprecated_since,sunset,drift,"));
  t.ok(cells.some((line) => line.includes(`${place}:7,Shop,"file; header",,2025-01-01T00:00:00.000000Z,,`)));

  const document = JSON.parse(exported("openapi"));
  t.match(await validate(structuredClone(document)), { valid: true });
  t.match(document.paths["/orders/{id}"].delete, {
    deprecated: true,
    "x-observed": [
      { state: "zombie", deprecation: { marks: ["file", "header"], sunset: "2025-01-01T00:00:00.000000Z" } },
    ],
  });
  t.match(document.paths["/orders/{id}"].get["x-observed"], [
    {
      declaration: { isDeclared: true, file: place, title: "Shop", place: `${place}:6` },
      drift: ["status 500 is not declared"],
    },
  ]);
  t.match(document.paths["/refunds"].post["x-observed"], [{ state: "dormant", calls: 0, firstSeen: undefined }]);

  const [{ results }] = JSON.parse(exported("sarif")).runs;
  const status = results.find(({ ruleId }: { ruleId: string }) => ruleId === "undeclared-status");
  t.match(status.locations, [{ physicalLocation: { artifactLocation: { uri: place }, region: { startLine: 6 } } }]);

  const html = exported("html");
  for (const title of [
    "Deprecated and still called",
    "Called and not declared",
    "Declared and not called",
    "Other than declared",
  ])
    t.ok(html.includes(`<h3>${title}</h3>`), title);
  t.match(
    html,
    /<td>DELETE \/orders\/\{id\}<\/td><td>file, header<\/td><td>2025-01-01 00:00:00 UTC<\/td><td[^>]*>10\.0\.0\.1 \(2023-11-14 22:13:20 UTC\)<\/td>/,
  );
  t.match(html, /Seen[^<]* from 2023-11-14/);
});

t.test(
  "an operator filters endpoints by state, and reads what is declared, who still calls, and the schema",
  { skip: NO_BROWSER },
  async (t) => {
    const scene = await shopScene(temporaryFolder(t));
    scene.get("/orders/1?page=2", {
      answerFields: "Content-Type: application/json\r\n",
      body: '{"id":1,"lines":[{"sku":"a"}]}',
    });
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell(scene.inventory.takeDelta(1_000).rows.map(({ record }) => record));
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Endpoints")');
    await page.locator("tr", { hasText: "/hidden" }).waitFor();
    const rows = (): Promise<string[]> => page.locator("main tbody tr").allTextContents();
    t.equal((await rows()).length, 4);
    await page.selectOption("select[aria-label=State]", "dormant");
    t.match(await rows(), [/shop\.internalPOST\/refunds0.*dormantunreviewednever/]);
    await page.selectOption("select[aria-label=State]", "drift");
    await page.locator("main tbody tr").first().click();
    const detail = page.locator(DETAIL);
    t.match(
      await detail.textContent(),
      /Declared in \S+shop\.yaml:6\..*Other than declaredquery parameter page is not declaredstatus 500|status 500.*query parameter page/s,
    );
    t.match(await detail.textContent(), /Answer 200.*idinteger.*lineslist of object.*lines\[\]\.skustring/s);
    await shot(page, "endpoint-drift");
    await page.keyboard.press("Escape");
    await page.selectOption("select[aria-label=State]", "zombie");
    await page.locator("main tbody tr").first().click();
    t.match(
      await detail.textContent(),
      /Marked as deprecated, and still called\..*by its file and its own answers, to go away on 2025-01-01\.Remaining callers: 10\.0\.0\.1 \(last 2023-11-1[45][^)]*\)\./,
    );
    await shot(page, "endpoint-zombie");
    t.same(troubles, []);
  },
);

/** Lists that are empty come as such over the wire. */
function withoutEmpty(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

function endpointsOf(path: string): EndpointRecord[] {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare<[], { record: string }>("SELECT record FROM endpoint").all();
  database.close();
  return rows.map(({ record }) => JSON.parse(record));
}

t.test(
  "a running sensor takes changed files over, keeps what a broken one declared, and says so",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const port = await freePort();
    const server = createServer((_, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(port, "127.0.31.2", resolve));
    t.teardown(() => server.close());
    const ask = (path: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const request = { host: "127.0.31.2", port, path, headers: { host: "shop.internal" } };
        get(request, (response) => void response.resume().on("end", resolve)).on("error", reject);
      });
    const file = join(folder, "shop.yaml");
    const database = join(folder, "s.sqlite");
    writeFileSync(file, SHOP);
    const sensor = Running.program([
      ...[
        "sensor",
        "-i",
        "lo",
        "--filter",
        `tcp port ${port}`,
        "--listen",
        "",
        "--database",
        database,
        "--declared",
        file,
      ],
      ...["--set", "declared.reloadSeconds=1", "declared.windowSeconds=0"],
    ]);
    await sensor.says(/captures lo/);
    const states = (): string[] =>
      endpointsOf(database)
        .map(({ method, template, state }) => `${method} ${template} ${state}`)
        .sort();
    const become = (wanted: readonly string[]): Promise<true> =>
      until(wanted.join(), () => (JSON.stringify(states()) === JSON.stringify(wanted) ? true : undefined));
    await ask("/orders/alpha");
    await ask("/hidden");
    await become([
      "DELETE /orders/{id} deprecated",
      "GET /hidden shadow",
      "GET /orders/{id} active",
      "POST /refunds dormant",
    ]);

    writeFileSync(file, `${SHOP}  /hidden:\n    get: { responses: { default: { description: ok } } }\n`);
    await sensor.says(/declared\.files changed; operations declared now: 4, in files: 1/);
    await become([
      "DELETE /orders/{id} deprecated",
      "GET /hidden active",
      "GET /orders/{id} active",
      "POST /refunds dormant",
    ]);

    writeFileSync(file, "openapi: 3.0.3\npaths: []\n");
    await sensor.says(/shop.yaml:2:1: .*paths.* must be a mapping/);
    await sensor.says(/what it declared before it broke is kept until it is mended/);
    await ask("/hidden");
    t.ok(states().includes("GET /hidden active"));

    writeFileSync(
      file,
      "openapi: 3.0.3\ninfo: { title: S, version: '1' }\nservers: [{ url: 'http://shop.internal' }]\npaths: {}\n",
    );
    sensor.child.kill("SIGHUP");
    await sensor.says(/declared\.files changed; operations declared now: 0, in files: 1/);
    await become(["GET /hidden active", "GET /orders/{id} active"]);
    t.equal(await sensor.end(), 0);
  },
);
