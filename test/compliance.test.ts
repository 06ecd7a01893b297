import { marked } from "marked";
import { chromium } from "playwright-core";
import t from "tap";
import { CONTROLS, FRAMEWORKS } from "../sensor/report/compliance/control-list.js";
import { EVIDENCE } from "../sensor/report/compliance/evidence-list.js";
import { CATALOGUE } from "../shared/catalogue.js";
import type { EdgeRecord, EndpointRecord, FindingRecord, ServiceRecord } from "../shared/event.js";
import type { HealthRecord } from "../shared/health.js";
import { endpoint, statuses, told } from "./support/compliance-view.js";
import { sensorStore } from "./support/delivery.js";
import { exported, inventoryFile, type Row } from "./support/inventory-file.js";
import { CHROMIUM, NO_BROWSER, shot } from "./support/page.js";
import { run, temporaryFolder } from "./support/program.js";
import { certificate, DAY, edge, NOW, SECONDS } from "./support/teller.js";

t.test("every rule points to a control, and every control says what it rests on and what it can't prove", (t) => {
  for (const [rule, { references }] of Object.entries(CATALOGUE))
    t.ok(
      references.some((reference) => CONTROLS.has(reference)),
      `${rule} points to a control`,
    );
  const controls = FRAMEWORKS.flatMap(({ controls }) => controls);
  t.equal(CONTROLS.size, controls.length, "no id twice");
  for (const { id, asks, evidence, cannotProve } of controls) {
    t.ok(asks.length > 30 && cannotProve.length > 0, id);
    for (const name of evidence) t.ok(EVIDENCE[name], `${id}: ${name}`);
  }
  const ids = [...CONTROLS.keys()];
  for (const reference of Object.values(CATALOGUE).flatMap(({ references }) => references))
    if (/^(nist:800-204a?|owasp-api):/.test(reference)) t.ok(ids.includes(reference), `${reference} is a control here`);
  const used = new Set(controls.flatMap(({ evidence }) => evidence));
  t.same([...used].sort(), Object.keys(EVIDENCE).sort(), "no evidence is gathered for nothing");
  t.end();
});

const EVIL = "<script>alert(1)</script>|[x](javascript:alert(2))`*_~\u202e http://evil.example www.evil.example";

const ROWS: readonly Row[] = [
  edge("10.0.1.1", "shop.internal", "cleartext", { cleartext: 4 }),
  edge("10.0.1.2", "ledger.internal", "mtls", { mtls: 12 }),
  edge("10.0.1.3", "hidden.internal", "unknown", { "tls-unknown": 5 }),
  edge("192.0.2.7", EVIL, "tls", { tls: 1 }),
  endpoint("/cards", {
    dataClasses: ["payment-card"],
    requestClasses: { "payment-card": 3 },
    credentials: { "api-key": 10 },
  }),
  endpoint("/users/{userId}", {
    parameters: [{ name: "userId", type: "number", reason: "numbers", distinctValues: 20 }],
    ...{ dataClasses: ["email"], responseClasses: { email: 10 }, credentials: {}, statuses: { "200": 9, "403": 1 } },
  }),
  endpoint(`/${EVIL}`, { state: "zombie", service: EVIL, requestBodiesRead: 0, responseBodiesRead: 0 }),
  {
    ...certificate("CN=gone.internal", SECONDS - 3 * DAY),
    ...{ kind: "certificate", handshakes: 1, firstMicros: NOW, lastMicros: NOW, services: ["ledger.internal"] },
    ...{ serviceCount: 1, clients: [], clientCount: 0, extendedKeyUsages: [], isSelfIssued: false },
  },
  {
    ...{ kind: "finding", id: "f1", rule: "certificate-expired", severity: "high", count: 3, evidence: {} },
    ...{ firstMicros: NOW, lastMicros: NOW, title: "An expired certificate was accepted", summary: `Of ${EVIL}` },
    references: ["cwe:298"],
  },
];

const HEALTH: HealthRecord = {
  ...{
    kind: "health",
    atMicros: NOW,
    startedMicros: NOW - 5e6,
    version: "1",
    lagMillis: 0,
    rssBytes: 1,
    cpuPercent: 0,
  },
  interfaces: [{ name: "eth0", state: "capturing", frames: 100, dropped: 0, restarts: 0 }],
  counters: {
    frames: 100,
    bytes: 9_000,
    flows: 9,
    capture_dropped_by_kernel: 0,
    capture_dropped_by_interface: 0,
    gap_bytes: 7,
  },
  undecoded: {},
};

t.test("a control tells a gap, a question, no gap in what was seen, or that it was not seen", (t) => {
  const view = told(inventoryFile(temporaryFolder(t), ROWS));
  const of = statuses(view);
  t.match(of, {
    "nist:800-204:MS-SS-1": "gap-seen, high",
    "nist:800-204:MS-SS-6": "not-observable, none",
    "nist:800-204:MS-SS-8": "not-seen, none",
    "nist:800-204a:SM-DR6": "gap-seen, high",
    "pci-dss:4.2.1": "to-be-judged, low",
    "hipaa:164.312(e)(1)": "to-be-judged, low",
    "hipaa:164.312(a)(2)(iv)": "not-observable, none",
    "gdpr:30": "to-be-judged, low",
    "owasp-api:2023-API4": "not-seen, none",
    "owasp-api:2023-API6": "not-observable, none",
    "owasp-api:2023-API9": "gap-seen, high",
  });
  const control = (wanted: string) =>
    view.frameworks.flatMap(({ controls }) => controls).find(({ id }) => id === wanted);
  t.same(control("pci-dss:4.2.1")?.gaps, [], "it asks for something on open networks alone");
  t.same(control("pci-dss:4.2.1")?.to_be_judged?.slice(0, 3), [
    "Seen between own addresses alone. Does one of the networks between them count as open? Then what follows is a gap:",
    "1 endpoint carries such data over connections that were read: in the clear.",
    "1 edge has connections in the clear, 0 of them with addresses outside.",
  ]);
  t.match(control("hipaa:164.312(e)(1)")?.to_be_judged?.[0], /^No data that this is about were recognised/);
  t.same(control("hipaa:164.312(e)(1)")?.gaps, [], "cleartext of who knows what is no gap of ePHI yet");
  t.match(control("nist:800-204a:SM-DR6")?.not_visible, [
    /^Encryption between hosts below IP/,
    /^Of 1 east-west edge it could not be told .* not a no\.$/,
  ]);
  const text = exported(inventoryFile(temporaryFolder(t), ROWS), "compliance-markdown");
  t.match(
    text,
    /Of \d+ % of what this rests on, something could not be told: [^.]*of \d+ edges? who calls, beyond an address/,
  );
  t.match(text, /could not be told: of 1 east-west edge whether the client proved who it is/);
  t.same(view.evidence["mutual-tls"].counts, {
    ...{ cleartext: 1, mixed: 0, "TLS only": 0, "could not be told": 1, "mutual TLS": 1 },
  });
  t.match(
    control("nist:800-204:MS-SS-5"),
    { status: "not-seen", confidence: "none" },
    "no word of health is no 'no loss'",
  );
  t.end();
});

t.test(
  "what no traffic tells is a question: whose an object is, whether refusals are noticed, what a gateway enforces",
  (t) => {
    const [clear] = ROWS as readonly EdgeRecord[];
    const parameters = [{ name: "id", type: "number", reason: "numbers", distinctValues: 3 }] as const;
    const object = endpoint("/orders/{id}", { parameters, statuses: { "200": 9, "403": 1 } });
    const gateway = { ground: "carried-on", confidence: 0.79, reason: "issues calls that it received" } as const;
    const service = {
      ...{
        kind: "service",
        address: "10.0.0.13",
        port: 80,
        name: "edge.internal",
        names: [],
        software: [],
        protocols: [],
      },
      ...{ frameworks: [], headerOrders: [], connections: 1, calls: 1, parsedBytes: 1, encryptedBytes: 0 },
      ...{ notUnderstood: {}, joinedLateBytes: 0, missingBytes: 0, blindIntervals: 0, blindMillis: 0 },
      ...{ firstMicros: NOW, lastMicros: NOW, gateway },
    } as ServiceRecord;
    const view = told(inventoryFile(temporaryFolder(t), [service, clear, object]));
    const of = statuses(view);
    for (const id of ["owasp-api:2023-API1", "nist:800-204:MS-SS-11", "nist:800-204:MS-SS-12"])
      t.match(of[id], /^to-be-judged/, id);
    t.match(view.evidence.gateways, { seen: 1 });
    const nothing = statuses(told(inventoryFile(temporaryFolder(t), [clear])));
    t.match(nothing, { "nist:800-204:MS-SS-11": "not-seen, none", "nist:800-204:MS-SS-12": "not-seen, none" });
    t.end();
  },
);

t.test("where no file speaks of endpoints the report does not say that all are declared", (t) => {
  const zombie = endpoint("/old", {
    state: "zombie",
    deprecation: { marks: ["header"], fromMicros: NOW, lastCalls: {} },
  });
  const page = (rows: readonly Row[]): string => exported(inventoryFile(temporaryFolder(t), rows), "html");
  const unspoken = page([zombie, endpoint("/new", {})]);
  t.match(unspoken, /No file speaks of any endpoint: .* is not known\..*Deprecated and still called/s);
  t.notMatch(unspoken, /<h3>(Called and not declared|Declared and not called|Other than declared)/);
  const declaration = { isDeclared: true, file: "shop.yaml", title: "Shop", place: "shop.yaml:6" };
  const partly = page([zombie, endpoint("/new", { declaration })]);
  t.match(partly, /Of 1 endpoint no file speaks: .*<h3>Called and not declared/s);
  t.end();
});

t.test("two virtual networks with the same addresses stay two, and what was only declared was not seen", (t) => {
  const [clear] = ROWS as readonly EdgeRecord[];
  const tenants = [
    clear,
    { ...clear, virtualNetwork: "vxlan 7", posture: "mtls" as const, postureCounts: { mtls: 4 } },
  ];
  const never = endpoint("/old", { calls: 0, state: "dormant", statuses: {}, firstMicros: 0, lastMicros: 0 });
  const view = told(inventoryFile(temporaryFolder(t), [...tenants, never]));
  t.match(view.evidence["mutual-tls"], { seen: 2, counts: { cleartext: 1, mixed: 0, "mutual TLS": 1 } });
  t.match(view.evidence.callers, { seen: 2, counts: { "services called": 2 } });
  t.equal(view.evidence.credentials.seen, 0, "nobody called it: nothing is told of its credentials");
  t.match(view, { first_seen: /^20[2-9]\d-/ }, "what was never seen has no time");
  const drifting = told(
    inventoryFile(temporaryFolder(t), [
      never,
      endpoint("/shadow", { state: "shadow" }),
      endpoint("/drift", { drift: ["status 500 is not declared"] }),
    ]),
  );
  const inventory = drifting.frameworks
    .flatMap(({ controls }) => controls)
    .find(({ id }) => id === "owasp-api:2023-API9");
  t.same(inventory?.gaps, [
    "1 endpoint is called and not described by what was declared.",
    "1 endpoint is called or answered otherwise than was declared.",
  ]);
  t.end();
});

t.test("a sensor's runs and losses become the coverage, and limit what may be believed", (t) => {
  const folder = temporaryFolder(t);
  const database = inventoryFile(folder, ROWS);
  const store = sensorStore(folder);
  store.health({ ...HEALTH, startedMicros: NOW - 9e6, counters: { gap_bytes: 1, frames: 3 } });
  store.health({ ...HEALTH, counters: { gap_bytes: 5, frames: 50 } });
  store.health(HEALTH);
  store.close();
  const [coverage] = told(database).coverage;
  t.match(coverage, { health_known: true, blind_seconds: 0, interfaces: [{ name: "eth0", frames: 200, dropped: 0 }] });
  t.equal((coverage.runs as object[]).length, 2, "the last word of each run");
  const missing = (coverage.not_seen as { counter: string; count: number }[]).find(
    ({ counter }) => counter === "gap_bytes",
  );
  t.equal(missing?.count, 8, "runs are added");
  t.equal(statuses(told(database))["hipaa:164.312(b)"], "to-be-judged, medium", "a sensor is no audit log");

  const again = sensorStore(folder);
  again.blind({
    kind: "blind",
    interfaceName: "eth0",
    fromMicros: NOW,
    untilMicros: NOW + 3e6,
    reason: "it went away",
  });
  again.close();
  for (const [format, row] of [
    ["compliance-markdown", /\| Blind intervals \| 1 time \|/],
    ["html", /<td[^>]*>Blind intervals<\/td><td[^>]*>1 time<\/td>/],
  ] as const)
    t.match(run(["export", "--format", format, "--database", database]).out, row);
  const view = told(database);
  t.match(view.coverage[0], { blind_seconds: 3, blind_intervals: [{ interface: "eth0", reason: "it went away" }] });
  const blinded = view.frameworks.flatMap(({ controls }) => controls);
  for (const id of ["hipaa:164.312(b)", "nist:800-204:MS-SS-5"])
    t.match(
      blinded.find((one) => one.id === id),
      {
        ...{ status: "to-be-judged", confidence: "low", gaps: [] },
        not_visible: ["1 time an interface was not captured, or not wholly, 3 seconds together."],
        cannot_prove: [/^The sensors are no audit log of/],
      },
    );
  t.match(exported(database, "html"), /Blind, wholly or in part, for 3 seconds together/);
  t.match(exported(database, "compliance-markdown"), /1 blind interval, 3 seconds together\./);
  t.end();
});

t.test("no gap is said only where one would have shown, and what is still to come falls short of nothing", (t) => {
  const encrypted = [
    edge("10.0.1.2", "ledger.internal", "mtls", { mtls: 12 }),
    endpoint("/orders", { requestBodiesRead: 0, responseBodiesRead: 0 }),
  ];
  const of = statuses(told(inventoryFile(temporaryFolder(t), encrypted)));
  t.match(of, {
    "nist:800-204:MS-SS-4": /^no-gap-seen/,
    "nist:800-204:MS-SS-9": "not-seen, none",
    "owasp-api:2023-API2": "not-seen, none",
    "hipaa:164.312(a)(2)(i)": "not-seen, none",
    "hipaa:164.312(e)(1)": "not-seen, none",
    "pci-dss:4.2.1": "not-seen, none",
    "pci-dss:6.2.4": "not-seen, none",
  });
  const ending = {
    ...certificate("CN=soon.internal", SECONDS + 3 * DAY),
    ...{ kind: "certificate", handshakes: 1, firstMicros: NOW, lastMicros: NOW, services: ["ledger.internal"] },
    ...{ serviceCount: 1, clients: [], clientCount: 0, extendedKeyUsages: [], isSelfIssued: false },
  } as Row;
  const finding = {
    ...{ kind: "finding", id: "f2", rule: "certificate-expiring", severity: "high", count: 1, evidence: {} },
    ...{ firstMicros: NOW, lastMicros: NOW, title: "A certificate ends soon", summary: "soon" },
    references: ["owasp-api:2023-API9"],
  } as FindingRecord;
  const soon = told(inventoryFile(temporaryFolder(t), [...encrypted, ending, finding]));
  const gaps = soon.frameworks.flatMap(({ controls }) =>
    controls.flatMap(({ id, gaps }) => (gaps.length > 0 ? [id] : [])),
  );
  t.same(gaps, [], "a certificate that ends soon is a gap of nothing");
  const stated = { ...(ROWS[6] as EndpointRecord), template: "/old", state: "zombie" as const };
  const released = told(inventoryFile(temporaryFolder(t), [stated, endpoint("/v2", { state: "new" })]));
  t.match(
    released.frameworks.flatMap(({ controls }) => controls).find(({ id }) => id === "nist:800-204:MS-SS-9"),
    {
      status: "to-be-judged",
      gaps: [],
      to_be_judged: [/^2 endpoints are new to the sensors or about to go: where that/],
    },
  );
  t.end();
});

t.test("where nothing was seen, nothing is said to be without gap", (t) => {
  const view = told(inventoryFile(temporaryFolder(t), []));
  const said = new Set(Object.values(statuses(view)));
  t.same([...said].sort(), ["not-observable, none", "not-seen, none"]);
  t.end();
});

t.test("no document says that anybody is compliant, and nothing of the wire becomes markup", (t) => {
  const database = inventoryFile(temporaryFolder(t), ROWS);
  const markdown = exported(database, "compliance-markdown");
  const html = exported(database, "html");
  for (const text of [markdown, html, exported(database, "compliance-json")]) {
    const words = new Set([...text.matchAll(/[\w-]*compl[iy][\w-]*/gi)].map(([word]) => word.toLowerCase()));
    for (const word of words)
      t.match(word, /^compliance(-views?|-json|-markdown)?$|^(evidence-behind-the-)?compliance-views$/, word);
  }
  for (const text of [markdown, html]) t.notOk(text.includes("\u202e"), "what turns text around is spelled out");
  const rendered = marked.parse(markdown, { async: false, gfm: true });
  t.notMatch(rendered, /<(script|img|del)\b/);
  const addresses = [...rendered.matchAll(/href="([^"]*)"/g)].map(([, address]) => address);
  t.ok(addresses.length > 20);
  t.same(
    addresses.filter((address) => !address.startsWith("#evidence-")),
    [],
    "the only links are ours",
  );
  for (const address of new Set(addresses)) t.ok(markdown.includes(`<a id="${address.slice(1)}"></a>`), address);
  t.notOk(html.includes("<script"));
  const tables = [...rendered.matchAll(/<table>.*?<\/table>/gs)].map(([text]) => text);
  t.ok(tables.some((text) => text.includes("&lt;script&gt;alert(1)&lt;/script&gt;|[x](javascript:alert(2))")));
  t.end();
});

/** Of A4 between the margins, in CSS pixels: 186 mm, and a scroll bar that paper has not. */
const PAPER_WIDTH = 703;

t.test("the report fits a page of paper, and every place it leads to is there", { skip: NO_BROWSER }, async (t) => {
  const text = exported(inventoryFile(temporaryFolder(t), ROWS), "html");
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  t.teardown(() => browser.close());
  const page = await browser.newPage({ viewport: { width: PAPER_WIDTH, height: 1_000 } });
  await page.emulateMedia({ media: "print" });
  await page.setContent(text);
  await shot(page, "report-print");
  t.equal(
    await page.evaluate("document.documentElement.scrollWidth"),
    PAPER_WIDTH,
    "nothing hangs over the paper's edge",
  );
  const lost = await page.evaluate(
    "[...document.links].map((a) => a.getAttribute('href')).filter((to) => document.getElementById(to.slice(1)) === null)",
  );
  t.same(lost, []);
  t.ok((await page.pdf({ preferCSSPageSize: true })).length > 10_000);
});
