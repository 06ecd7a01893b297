import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import t from "tap";
import { graphviz } from "../sensor/report/graphviz.js";
import { html } from "../sensor/report/html.js";
import { mermaid } from "../sensor/report/mermaid.js";
import type { EdgeRecord, FindingRecord, ServiceRecord } from "../shared/event.js";
import { NamesApart } from "../shared/names-apart.js";
import { exported, inventoryFile } from "./support/inventory-file.js";
import { CHROMIUM, NO_BROWSER } from "./support/page.js";
import { temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";
import { edge } from "./support/teller.js";

const MERMAID = join(createRequire(import.meta.url).resolve("mermaid"), "../mermaid.min.js");
const NO_DOT = spawnSync("dot", ["-V"]).status === 0 ? false : "SKIPPED: no dot here (Debian: graphviz)";

/** Names that a client may choose by its Host header; each must come out as the text it is. */
const HOSTILE: readonly string[] = [
  `"];evil[shape=none]`,
  `<img src=x onerror=alert(1)>`,
  "<b>bold</b> &lt;i&gt;",
  "`**markdown**`",
  "1. list",
  "a_b_c*d*",
  "back\\slash\\n\\N",
  "%%{init: {'theme':'dark'}}%%",
  "#35;#quot;",
  "$$x^2$$",
  "end",
  "click n1 call alert(2)",
  "x --> y; z",
  "fa:fa-car @{ shape: bolt }",
  "ünïcode.例え",
  "subgraph",
];
const CONTROLS = "two\nlines\u202emorf";
const CONTROLS_SEEN = "two\\u000Alines\\u202Emorf";

const EDGES: readonly EdgeRecord[] = [
  edge("10.0.1.1", "shop.internal", "cleartext", { cleartext: 4 }),
  edge("10.0.1.2", "shop.internal", "mtls", { mtls: 1_200 }),
  { ...edge("10.0.1.3", "ledger.internal", "unknown", { "tls-unknown": 5 }), clientService: "shop.internal" },
  edge("192.0.2.7", "shop.internal", "tls", { tls: 1 }),
  ...[...HOSTILE, CONTROLS].map((name, index) => ({
    ...edge(`10.0.2.${index}`, name, "mtls", { mtls: 1 }),
    serverAddress: `10.0.3.${index}`,
  })),
];

function textsOf(svg: string): string[] {
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/g, (_, decimal, hex, name) =>
      name === undefined ? String.fromCodePoint(Number(decimal ?? `0x${hex}`)) : (entities[name] ?? "?"),
    ),
  );
}

t.test(
  "a gateway and what stands behind it under the same name are two, as are others that nobody says to be one",
  (t) => {
    const scene = new Scene().get("/a").get("/a", { client: "10.0.0.2", server: "10.0.0.3", port: 8080 });
    scene.get("/b", { server: "10.0.0.4", host: "else.internal" });
    const rows = [...scene.inventory.services(), ...scene.inventory.edges(), ...scene.inventory.endpoints()];
    const stored = [...rows, ...scene.detection.all()].map((record) => ({ record, sensor: undefined }));
    const [gateway, behind] = ["shop.internal (10.0.0.2:80)", "shop.internal (10.0.0.3:8080)"];
    for (const report of [mermaid, graphviz]) {
      const text = [...report.write(stored, [])].join("").replaceAll("#40;", "(").replaceAll("#41;", ")");
      for (const name of [gateway, behind]) t.ok(text.includes(`"${name}"`), `${report.name} has ${name}`);
      t.notMatch(text, /else\.internal \(/, "nobody else is called so");
      t.notMatch(text, /\b(n\d+) [-=.]+>(\|[^|]*\|)? ?\1\b/, "and none calls itself");
    }
    const page = [...html.write(stored, [])].join("");
    for (const name of [gateway, behind])
      t.ok(page.includes(`<td>${name}</td><td>GET /a</td>`), "in lists of the report");
    t.match(page, /talks to shop\.internal [^<]* At 10\.0\.0\.3:8080\./, "and with findings");
    const configured = stored.map((row) =>
      row.record.kind === "service" ? { ...row, record: { ...row.record, nameGround: "configured" as const } } : row,
    );
    t.notMatch([...mermaid.write(configured, [])].join(""), /shop\.internal #40;/, "an operator says that it is one");
    t.end();
  },
);

t.test(
  "services of one name have their places behind it wherever they are told: nothing that is one service does",
  (t) => {
    const at = (address: string, port: number, more: Partial<ServiceRecord> = {}) =>
      ({ kind: "service", name: "shop.internal", nameGround: "host", address, port, ...more }) as ServiceRecord;
    const [one, two, other] = [at("10.0.0.2", 80), at("10.0.0.2", 8443), at("fd00::3", 80)];
    const seven = at("10.0.0.2", 80, { virtualNetwork: "vxlan 7" });
    const gone = at("10.0.0.9", 80, { movedTo: { address: "10.0.0.2" } as Required<ServiceRecord>["movedTo"] });
    const told = (services: readonly ServiceRecord[]) =>
      services.map((service) => new NamesApart(services).of(service).name);
    t.same(told([one, gone]), ["shop.internal", "shop.internal"], "what went elsewhere is the one that it is there");
    t.same(told([one, other]), ["shop.internal (10.0.0.2:80)", "shop.internal ([fd00::3]:80)"]);
    t.same(
      told([one, seven]),
      ["shop.internal (10.0.0.2:80)", "shop.internal (10.0.0.2:80 in vxlan 7)"],
      "two networks may have the same addresses",
    );
    const clientOf = (services: readonly ServiceRecord[], clientAddress: string): string | undefined =>
      new NamesApart(services).of({ ...EDGES[0], clientAddress, clientService: "shop.internal" }).clientService;
    t.equal(clientOf([one, other], "10.0.0.2"), "shop.internal (10.0.0.2:80)");
    t.equal(
      clientOf([one, two], "10.0.0.2"),
      "shop.internal (10.0.0.2)",
      "from which of its ports it serves is not seen",
    );
    t.equal(clientOf([one, other], "10.0.0.7"), "shop.internal", "nor is anything of one that serves nothing");
    t.equal(clientOf([one, seven], "fd00::3"), "shop.internal");
    const found = {
      kind: "finding",
      serverAddress: "fd00::3",
      serverPort: 80,
      summary: "shop.internal does.",
    } as FindingRecord;
    const names = new NamesApart([one, other]);
    t.equal(names.of(found).summary, "shop.internal does. At [fd00::3]:80.");
    const placed = { ...found, summary: "shop.internal at [fd00::3]:80 does." };
    t.equal(names.of(placed).summary, placed.summary, "a place that is told is not told twice");
    t.equal(names.of({ ...found, virtualNetwork: "vxlan 7" }).summary, found.summary, "nor one of another network");
    t.end();
  },
);

t.test("Graphviz: dot draws every name as the text it is, and every link with its posture", { skip: NO_DOT }, (t) => {
  const text = exported(inventoryFile(temporaryFolder(t), EDGES), "dot");
  const { status, stdout, stderr } = spawnSync("dot", ["-Tsvg"], { input: text });
  t.same([status, stderr.toString()], [0, ""]);
  const svg = stdout.toString();
  const texts = textsOf(svg);
  for (const name of [...HOSTILE, CONTROLS_SEEN, "shop.internal", "10.0.1.1"]) t.ok(texts.includes(name), name);
  t.equal(svg.match(/class="edge"/g)?.length, EDGES.length);
  t.equal(svg.match(/class="node"/g)?.length, EDGES.length * 2 - 3, "shop.internal is one node");
  t.ok(texts.includes("cleartext, 4 connections") && texts.includes("mutual TLS, 1,200 connections"));
  t.match(text, /n\d+ -> n\d+ \[label="cleartext, 4 connections", color="#c62f26", fontcolor="#c62f26", style=bold\]/);
  t.match(text, /\[label="192\.0\.2\.7", tooltip="192\.0\.2\.7", shape=ellipse, style=dashed\]/, "from outside");
  t.match(texts[0], /^Who calls whom, as seen by eastwatch .* What was not seen is not in it\.$/);
  t.end();
});

async function mermaidPage(t: { teardown(action: () => Promise<void>): void }): Promise<Page> {
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  t.teardown(() => browser.close());
  const page = await browser.newPage();
  await page.setContent("<!doctype html><body><div id=drawn></div></body>");
  await page.addScriptTag({ path: MERMAID });
  return page;
}

/** Draws as a page that trusts what it is given: the escaping must not lean on Mermaid's own cleaning. */
const DRAW = `async (text) => {
  mermaid.initialize({ startOnLoad: false, securityLevel: "loose" });
  const { diagramType } = await mermaid.parse(text);
  document.querySelector("#drawn").innerHTML = (await mermaid.render("map", text)).svg;
  const texts = (selector) => [...document.querySelectorAll("#drawn " + selector)].map(({ textContent }) => textContent);
  return {
    diagramType,
    nodes: texts(".node .nodeLabel"),
    labels: texts(".edgeLabel .edgeLabel p"),
    links: document.querySelectorAll("#drawn path.flowchart-link").length,
    strange: [...document.querySelectorAll("#drawn :is(img, script, a, b, i, em, strong, math)")].map((it) => it.outerHTML),
  };
}`;

interface Drawn {
  readonly diagramType: string;
  readonly nodes: string[];
  readonly labels: string[];
  readonly links: number;
  readonly strange: string[];
}

function draw(page: Page, text: string): Promise<Drawn> {
  return page.evaluate(`(${DRAW})(${JSON.stringify(text)})`);
}

t.test("Mermaid: its own parser and renderer take every name for the text it is", { skip: NO_BROWSER }, async (t) => {
  const page = await mermaidPage(t);
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const text = exported(inventoryFile(temporaryFolder(t), EDGES), "mermaid");
  const drawn = await draw(page, text);
  t.equal(drawn.diagramType, "flowchart-v2");
  for (const name of [...HOSTILE, CONTROLS_SEEN, "shop.internal"]) t.ok(drawn.nodes.includes(name), name);
  t.equal(drawn.nodes.length, EDGES.length * 2 - 3);
  t.equal(drawn.links, EDGES.length);
  t.same(drawn.strange, [], "nothing of the wire became markup");
  t.ok(drawn.labels.includes("cleartext, 4 connections") && drawn.labels.includes("could not be told, 5 connections"));
  t.match(text, /^linkStyle 0 stroke:#c62f26$/m, "worst first, in its colour");
  t.match(text, /^n\d+\(\["192\.0\.2\.7"\]\):::outside$/m);
  t.same(dialogs, []);
});

t.test("maps stay within what is drawn, and tell what they left out", { skip: NO_BROWSER || NO_DOT }, async (t) => {
  const many = Array.from({ length: 3_000 }, (_, index) =>
    edge(`10.1.${index >> 8}.${index & 255}`, `${"<&>".repeat(30)}${index % 700}`, "tls", { tls: index }),
  );
  const database = inventoryFile(temporaryFolder(t), many);
  const text = exported(database, "mermaid");
  t.ok(text.length < 50_000, "Mermaid's own bound of a text");
  t.match(
    text,
    /^leftOut\["Left out to keep this readable, the least busy#58; 3,\d\d\d names, [\d,]+ links"\]:::note$/m,
  );
  t.ok((await draw(await mermaidPage(t), text)).links > 10);
  const dot = spawnSync("dot", ["-Tsvg"], { input: exported(database, "dot"), timeout: 60_000 });
  t.equal(dot.status, 0);
  t.match(dot.stdout.toString(), /Left out to keep this readable/);
  const nothing = inventoryFile(temporaryFolder(t), []);
  t.equal((await draw(await mermaidPage(t), exported(nothing, "mermaid"))).nodes[0], "No connection was seen.");
  t.equal(spawnSync("dot", ["-Tsvg"], { input: exported(nothing, "dot") }).status, 0);
});
