import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { validate } from "@readme/openapi-parser";
import t from "tap";
import type { ConsoleServer } from "../console/http/server.js";
import { complianceView } from "../sensor/report/compliance/view.js";
import { cyclonedx } from "../sensor/report/cyclonedx.js";
import { html } from "../sensor/report/html.js";
import { mermaid } from "../sensor/report/mermaid.js";
import { openapi } from "../sensor/report/openapi.js";
import { sarif } from "../sensor/report/sarif.js";
import type { StoredRow } from "../sensor/store/stored-row.js";
import { DOCUMENT_FORMATS } from "../shared/document-format.js";
import type { EndpointRecord, ServiceRecord } from "../shared/event.js";
import { startConsole } from "./support/console.js";
import { readDeclared } from "./support/declared-files.js";
import { freePort } from "./support/free-port.js";
import { enter, NO_BROWSER, shot } from "./support/page.js";
import { run, temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";
import { edge, Teller } from "./support/teller.js";

interface Fleet {
  readonly folder: string;
  readonly base: string;
  readonly console: ConsoleServer;
}

/** A console with two sensors that told different things. */
async function fleet(t: { teardown(action: () => unknown): void }): Promise<Fleet> {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const console = await startConsole(folder, port);
  t.teardown(() => console.close());
  for (const [name, service] of [
    ["node-1", "shop.internal"],
    ["node-2", "ledger.internal"],
  ] as const) {
    const teller = new Teller(port, console.tokens.create(name)?.token ?? "");
    t.teardown(() => teller.socket.terminate());
    await teller.open();
    await teller.tell([
      serviceCalled(service),
      endpointOf(service),
      edge("10.0.1.1", service, "cleartext", { cleartext: 4 }),
    ]);
  }
  return { folder, base: `http://127.0.0.1:${port}`, console };
}

function serviceCalled(name: string): ServiceRecord {
  const scene = new Scene().get("/orders");
  const [record] = [...scene.inventory.services()];
  return { ...record, name, names: [], address: `10.0.0.${name.length}`, port: 8443 };
}

function endpointOf(service: string): EndpointRecord {
  const [record] = new Scene().get("/orders").endpoints();
  return { ...record, service, serverAddress: `10.0.0.${service.length}`, serverPort: 8443 };
}

async function session({ base, console }: Fleet): Promise<{ cookie: string }> {
  const response = await fetch(`${base}/api/setup`, {
    method: "POST",
    headers: { "x-requested-with": "eastwatch", "content-type": "application/json" },
    body: JSON.stringify({
      token: new URL(console.setupLink ?? "").hash.slice("#setup=".length),
      user: "ada",
      password: "a long enough password",
    }),
  });
  return { cookie: (response.headers.get("set-cookie") ?? "").split(";")[0] };
}

t.test(
  "documents: what an operator takes from the console is what the command writes, of one sensor or all",
  async (t) => {
    const made = await fleet(t);
    const { folder, base } = made;
    const database = join(folder, "console.sqlite");
    for (const { name } of DOCUMENT_FORMATS)
      t.match(await (await fetch(`${base}/api/documents/${name}`)).json(), { error: "Log in first." }, name);
    const headers = await session(made);
    const ask = async (path: string): Promise<Response> => {
      const response = await fetch(`${base}/api/documents/${path}`, { headers });
      // A body that nobody takes keeps its connection, and the console waits for it when it ends.
      return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
    };
    const unsigned = await ask("evidence");
    t.equal(unsigned.status, 500);
    t.match(await unsigned.json(), {
      error: /could not be made\. signing key .* there is none; `eastwatch signing-key` makes one/,
    });
    t.equal(run(["signing-key", "--database", database]).code, 0);
    for (const { name, mediaType, extension } of DOCUMENT_FORMATS) {
      const response = await ask(name);
      t.equal(response.status, 200, name);
      t.match(response.headers.get("content-type"), mediaType);
      t.match(
        response.headers.get("content-disposition"),
        new RegExp(`^attachment; filename="eastwatch-fleet-${name}-\\d{4}-\\d\\d-\\d\\d\\.${extension}"$`),
      );
      const content = Buffer.from(await response.arrayBuffer());
      if (name === "evidence") {
        writeFileSync(join(folder, "pack.tar"), content);
        const key = join(folder, "signing-key.pub.pem");
        t.match(run(["verify", join(folder, "pack.tar"), "--key", key]), { code: 0 });
      } else
        t.equal(content.toString(), run(["export", "--format", name, "--database", database]).out, `${name}: its text`);
    }
    const one = await ask("ndjson?sensor=node-2");
    t.match(one.headers.get("content-disposition"), /eastwatch-node-2-ndjson-/);
    const text = await one.text();
    t.match(text, /ledger\.internal/);
    t.notMatch(text, /shop\.internal/);
    t.equal(text, run(["export", "--format", "ndjson", "--database", database, "--sensor", "node-2"]).out);
    const service = await ask("openapi?service=ledger.internal");
    t.match(service.headers.get("content-disposition"), /eastwatch-fleet-ledger\.internal-openapi-/);
    const ofService = ["--database", database, "--service", "ledger.internal"];
    t.equal(await service.text(), run(["export", "--format", "openapi", ...ofService]).out);
    t.match(await (await ask("openapi?service=nobody")).json(), { error: 'There is no service called "nobody".' });
    t.equal((await ask("ndjson?sensor=nobody")).status, 404);
    t.match(run(["export", "--format", "ndjson", "--database", database, "--sensor", "nobody"]), {
      code: 2,
      error: /--sensor "nobody" is not known to ".*"; it knows node-1, node-2/,
    });
    t.equal((await ask("exe")).status, 400);
    t.equal((await ask("..%2f..%2fetc%2fpasswd")).status, 400);
    const many = await Promise.all(Array.from({ length: 6 }, () => ask("html")));
    const statuses = many.map(({ status }) => status).sort();
    t.same(statuses, [200, 200, 503, 503, 503, 503], "two at a time: each is a process");
    t.equal((await ask("csv")).status, 200, "and then again");
  },
);

t.test("documents of the fleet carry what operators say, of the endpoint of the sensor it was said of", async (t) => {
  const made = await fleet(t);
  const { folder, base } = made;
  const headers = { ...(await session(made)), "x-requested-with": "eastwatch", "content-type": "application/json" };
  const listed = await (await fetch(`${base}/api/endpoints`, { headers })).json();
  const { items } = listed as { items: readonly { key: string; sensor: string }[] };
  t.same(items.map(({ sensor }) => sensor).sort(), ["node-1", "node-2"]);
  const key = items.find(({ sensor }) => sensor === "node-2")?.key;
  const untilMicros = Date.now() * 1_000 + 86_400e6;
  for (const action of [
    { action: "approve" },
    { action: "own", text: "ledger team" },
    { action: "tag", tags: ["money"] },
    { action: "note", text: "asked on Monday" },
    { action: "deprecate", untilMicros },
    { action: "ignore", untilMicros },
  ]) {
    const body = JSON.stringify({ key, ...action });
    const answer = await fetch(`${base}/api/reviews`, { method: "POST", headers, body });
    t.equal(answer.status, 200, `${action.action}: ${await answer.text()}`);
  }
  t.equal(run(["signing-key", "--database", join(folder, "console.sqlite")]).code, 0);
  const said = ["approved", "owner", "tags", "note", "deprecated", "ignored"];
  const ask = async (path: string): Promise<string> =>
    (await fetch(`${base}/api/documents/${path}`, { headers })).text();
  const holdsAll = (text: string, name: string): void => {
    for (const what of said) t.match(text, new RegExp(`"review.${what}_by": ?"ada"`), `${name}: who, ${what}`);
    for (const what of said) t.match(text, new RegExp(`"review.${what}_at": ?"20[^"]*Z"`), `${name}: when, ${what}`);
    for (const word of ["ledger team", "money", "asked on Monday", "review.ignored_until", "review.deprecated_until"])
      t.ok(text.includes(word), `${name}: ${word}`);
    t.equal(text.split('"review.status"').length, 2, `${name}: of one endpoint alone`);
  };
  const ndjson = await ask("ndjson");
  holdsAll(ndjson, "ndjson");
  t.match(
    ndjson.split("\n").find((line) => line.includes("review.status")),
    /"sensor":"node-2"/,
  );
  const openapi = await ask("openapi");
  holdsAll(openapi, "openapi");
  const { paths } = JSON.parse(openapi);
  t.equal(paths["/orders#service=ledger.internal"].get.deprecated, true);
  t.equal(paths["/orders#service=shop.internal"].get.deprecated, undefined, "it was said of another service's");
  const csv = await ask("csv");
  const [head = "", ...lines] = csv.split("\r\n");
  for (const what of said) t.ok(head.includes(`,review.${what}_by,review.${what}_at,`), `csv: ${what}`);
  t.match(
    lines.find((line) => line.includes("asked on Monday")),
    /(ada,20[^,]*Z,.*){6}/,
  );
  const page = await ask("html");
  t.match(page, /approved \(ada, .*owner ledger team \(ada, .*tags money \(ada, .*note .*asked on Monday.* \(ada, /s);
  t.match(page, /to go away until 20.* \(ada, .*ignored until 20.* \(ada, /);
  t.ok((await ask("evidence")).includes("asked on Monday"), "the pack has them in its files");
  t.notMatch(await ask("ndjson?sensor=node-1"), /review\./);
});

t.test("an operator takes a report and an evidence pack from the page's menu", { skip: NO_BROWSER }, async (t) => {
  const { folder, console } = await fleet(t);
  const { page, troubles } = await enter(t, console.setupLink ?? "");
  await page.waitForSelector("text=2 sensors watching");
  await page.click("header button:has-text('Documents')");
  await page.locator(".menu-panel").waitFor();
  await shot(page, "documents");
  await page.setViewportSize({ width: 1_024, height: 768 });
  t.equal(await page.evaluate("document.documentElement.scrollWidth"), 1_024, "nothing hangs over a narrow page");
  await shot(page, "documents-narrow");
  t.equal(await page.locator(".menu-panel li").count(), DOCUMENT_FORMATS.length);
  const take = async (title: string, file: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(`.menu-panel li:has-text("${title}")`),
    ]);
    await download.saveAs(join(folder, file));
    return download.suggestedFilename();
  };
  t.match(await take("Everything on one page", "report.html"), /^eastwatch-fleet-html-.*\.html$/);
  const report = readFileSync(join(folder, "report.html"), "utf8");
  t.match(report, /shop\.internal.*ledger\.internal|ledger\.internal.*shop\.internal/s);

  await page.selectOption("select[aria-label='Documents of service']", "ledger.internal");
  t.match(await take("Everything on one page", "service.html"), /^eastwatch-fleet-ledger\.internal-html-.*\.html$/);
  t.notMatch(readFileSync(join(folder, "service.html"), "utf8"), /shop\.internal/);
  await page.selectOption("select[aria-label='Documents of service']", "");
  await page.click(".menu-panel li:has-text('Evidence pack')");
  const trouble = page.locator(".menu-panel [role=alert]");
  await trouble.waitFor();
  t.match(
    await trouble.textContent(),
    /could not be made\. signing key .* there is none/,
    "a refusal is told in the menu",
  );
  await shot(page, "documents-refused");
  t.equal(run(["signing-key", "--database", join(folder, "console.sqlite")]).code, 0);
  await page.selectOption("select[aria-label='Documents of']", "node-2");
  t.match(await take("Evidence pack", "pack.tar"), /^eastwatch-node-2-evidence-.*\.tar$/);
  const key = join(folder, "signing-key.pub.pem");
  t.match(run(["verify", join(folder, "pack.tar"), "--key", key]), { code: 0, out: /is whole: 9 files/ });
  await page.keyboard.press("Escape");
  t.equal(await page.locator(".menu-panel").count(), 0, "Escape closes the menu");
  t.same(
    troubles.filter((text) => !/500/.test(text)),
    [],
    "nothing failed but what was to fail",
  );
});

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
    t.match(page, /Counts are those of all sensors added/);
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
