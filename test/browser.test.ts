import { writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import type { FindingRecord, SensorEvent } from "../shared/event.js";
import { freePort } from "./support/free-port.js";
import { IS_ROOT } from "./support/namespaces.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { Running, run, temporaryFolder } from "./support/program.js";
import { certificate, consoleWithSensor, DAY, edge, handshake, NOW, SECONDS } from "./support/teller.js";

const ORIGIN = fileURLToPath(new URL("./support/origin.js", import.meta.url));
const SKIP = IS_ROOT ? NO_BROWSER : "SKIPPED: capturing needs root";

function ask(port: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(
      { host: "127.0.30.2", port, path, headers: { host: "orders.test", authorization: "Basic dXNlcjpwYXNz" } },
      (response) => {
        response.resume().on("end", resolve);
      },
    ).on("error", reject);
  });
}

t.test("an operator logs in, sees a request made now, opens it, filters, pauses", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const [port, consolePort] = [await freePort(), await freePort()];
  const origin = new Running(process.execPath, [ORIGIN, String(port), join(folder, "origin.log")]);
  await origin.says(/listening/);
  const consoleFile = join(folder, "c.sqlite");
  const console = Running.program(["console", "--listen", `127.0.0.1:${consolePort}`, "--database", consoleFile]);
  const [link] = await console.says(/http:\S+#setup=\S+/);
  writeFileSync(join(folder, "token"), run(["add-sensor", "node-1", "--database", consoleFile]).out);
  const sensor = Running.program([
    ...["sensor", "-i", "lo", "--filter", `tcp port ${port}`, "--listen", "", "--database", join(folder, "s.sqlite")],
    ...["--console", `ws://127.0.0.1:${consolePort}`, "--token-file", join(folder, "token")],
  ]);
  await sensor.says(/connected to the console/);
  await sensor.says(/captures lo/);
  const { page, troubles } = await enter(t, link);
  await page.waitForSelector("text=1 sensor watching");
  t.pass("the one-time link makes the first operator");

  await ask(port, "/orders/4711");
  const row = page.locator("tr.call", { hasText: "/orders/4711" });
  await row.waitFor();
  t.match(await row.textContent(), /orders\.test.*GET.*\/orders\/4711.*200.*basic/);
  await page.locator("tr.finding", { hasText: "Basic credentials are sent in the clear" }).waitFor();
  await shot(page, "feed");

  await row.click();
  const detail = page.locator(DETAIL);
  t.match(await detail.textContent(), /flow id.*[0-9a-f]{16}.*template\/orders\/\{orderId\}/s);
  await shot(page, "detail");
  await detail.locator("button").click();

  for (const path of ["/orders/missing", "/<script>alert(1)</script>", "/<img src=x onerror=alert(2)>"])
    await ask(port, encodeUnsafe(path));
  await page.locator("tr.call", { hasText: "/orders/missing" }).waitFor();
  await page.fill("input[aria-label=Status]", "4xx");
  t.equal(await page.locator("tr.call").count(), 1, "filtered by status");
  await page.fill("input[aria-label=Status]", "500, 4xx");
  t.equal(await page.locator("tr.call").count(), 1, "filtered by several statuses");
  await page.fill("input[aria-label=Status]", "");
  await page.fill("input[aria-label=Path]", "script");
  t.equal(await page.locator("tr.call").count(), 1, "filtered by path");
  t.equal(await page.locator("tr.call script").count(), 0, "what came from the wire is text");
  await page.fill("input[aria-label=Path]", "");
  await page.selectOption("select[aria-label=Severity]", "high");
  t.equal(await page.locator("tr.call").count(), 0, "findings only");
  await page.selectOption("select[aria-label=Severity]", "");

  await page.click("button:has-text('Pause')");
  const before = await page.locator("tr.call").count();
  for (let number = 0; number < 5; number++) await ask(port, `/paused/${number}`);
  await page.waitForSelector("text=5 waiting while the list is paused");
  t.equal(await page.locator("tr.call").count(), before, "nothing moves while paused");
  await page.click("button:has-text('Resume')");
  await page.locator("tr.call", { hasText: "/paused/4" }).waitFor();

  for (const [name, text] of [
    ["Services", "orders.test"],
    ["Endpoints", "/orders/{orderId}"],
    ["Edges", "cleartext"],
    ["Findings", "Basic credentials"],
    ["Sensors", "capturing"],
  ] as const) {
    await page.click(`nav button:has-text("${name}")`);
    await page.locator("main", { hasText: text }).waitFor();
    await shot(page, name.toLowerCase());
    t.pass(name);
  }
  await sensor.end();
  await page.waitForSelector("text=not connected: node-1");
  t.pass("a sensor that is gone is told at the top");
  await page.click("button:has-text('Log out')");
  await page.waitForSelector("input[name=password]");
  t.same(troubles, [], "nothing ran that should not, and nothing failed");
  await console.end();
  await origin.end();
});

/** Node's client refuses spaces in a path; everything else goes out as it is. */
function encodeUnsafe(path: string): string {
  return path.replaceAll(" ", "%20");
}

const HOSTILE = `<img src=x onerror=alert(3)>\u001b[31m${"x".repeat(500)}`;

const EVENTS: readonly SensorEvent[] = [
  edge("10.0.1.1", "safe.test", "mtls", { mtls: 9 }),
  edge("10.0.1.2", "partly.test", "mixed", { mtls: 3, tls: 1, "tls-unknown": 2, failed: 1 }),
  edge("10.0.1.3", "hidden.test", "unknown", { "tls-unknown": 5 }),
  edge("192.0.2.7", HOSTILE, "cleartext", { cleartext: 7 }),
  ...[
    certificate("CN=far.test", 253_402_300_799),
    certificate("CN=gone.test", SECONDS - 3 * DAY),
    certificate("CN=soon.test", SECONDS + 5 * DAY + DAY / 2),
    certificate("CN=odd.test", undefined),
    certificate("CN=absurd.test", 9e15),
  ].map((facts): SensorEvent => {
    const seen = { handshakes: 1, firstMicros: NOW, lastMicros: NOW, services: [facts.san[0]], serviceCount: 1 };
    return {
      kind: "certificate",
      ...facts,
      ...seen,
      clients: [],
      clientCount: 0,
      extendedKeyUsages: [],
      isSelfIssued: false,
    };
  }),
  handshake("safe.test", {}),
  handshake("hidden.test", { verdict: "unknown", basis: "none", confidence: 0, reason: "bytes were lost" }),
  handshake(HOSTILE, {
    version: "1.2",
    verdict: "declined",
    basis: "messages",
    established: false,
    alert: "unknown_ca",
  }),
];

t.test(
  "an operator sees who is not on mutual TLS, how that is known, and what ends soon",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell(EVENTS);
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    const rowTexts = (): Promise<string[]> => page.locator("main tbody tr").allTextContents();
    const go = (name: string): Promise<void> => page.click(`nav button:text-is("${name}")`);

    await page.selectOption("select[aria-label=Kind]", "handshake");
    await page.locator("tr.handshake").first().waitFor();
    const shown = await rowTexts();
    t.match(
      shown.find((text) => text.includes("safe.test")),
      /TLS 1\.3client presented a certificateestablishedAES-128-GCM/,
    );
    t.match(
      shown.find((text) => text.includes("hidden.test")),
      /client certificate: could not be told/,
    );
    t.match(
      shown.find((text) => text.includes("<img")),
      /asked, client sent no certificate.*failed: unknown ca/,
    );
    await page.fill("input[aria-label=Status]", "200");
    t.same(await rowTexts(), [], "a handshake has no status that could pass");
    await page.fill("input[aria-label=Status]", "");
    await page.selectOption("select[aria-label=Verdict]", "declined");
    await sensor.tell([handshake("live.test", { verdict: "declined", reason: "told while one looks" })]);
    await page.locator("tr.handshake", { hasText: "live.test" }).waitFor();
    await page.selectOption("select[aria-label=Verdict]", "unknown");
    t.equal((await rowTexts()).length, 1, "filtered by verdict");
    await page.locator("tr.handshake").focus();
    await page.keyboard.press("Enter");
    const detail = page.locator(DETAIL);
    t.match(
      await detail.textContent(),
      /could not be toldbytes were lost.*confidencedoes not apply.*TLS 1\.3 encrypts/,
    );
    await shot(page, "handshake");

    await go("mTLS");
    await page.locator("tr", { hasText: "safe.test" }).waitFor();
    const edges = await rowTexts();
    t.same(
      edges.map((text) => /^(cleartext|mixed|could not be told|mutual TLS)/.exec(text)?.[0]),
      ["cleartext", "mixed", "could not be told", "mutual TLS"],
      "worst first",
    );
    t.match(
      edges[1],
      /3 mutual · 1 TLS only · 2 could not be told · 1 failed4 × inferred from record sizes: the client sent/,
    );
    t.match(edges[2], /5 could not be told/);
    t.same(await page.locator(".total").allTextContents(), [
      ...["1 cleartext", "1 mixed", "0 TLS only", "1 could not be told", "1 mutual TLS"],
    ]);
    await shot(page, "mtls");
    await page.click(".total:has-text('mixed')");
    t.match(await rowTexts(), [/partly\.test/], "a total filters");
    await page.click(".total:has-text('mixed')");
    await page.selectOption("select[aria-label=Scope]", "north-south");
    t.match(await rowTexts(), [/<img src=x onerror=alert\(3\)>\\u001b\[31mx/], "filtered by scope; controls are seen");

    await go("Service map");
    await page.locator("g.edge").nth(3).waitFor();
    t.equal(await page.locator("g.node").count(), 8, "every client and service is on the map");
    t.equal(await page.locator("g.node[tabindex='-1']").count(), 7, "one of them is reached by the tabulator");
    await page.locator("g.node[tabindex='0']").focus();
    await page.keyboard.press("Enter");
    await page.locator("aside.detail .choice").first().click();
    await shot(page, "map");
    await page.locator("aside.detail .choice").first().click();
    await page.locator("tr.open").waitFor();
    t.match(await page.locator("tr.open").textContent(), /mutual TLS.*safe\.test/, "a link leads to its edge");

    await go("Certificates");
    await page.locator("tr", { hasText: "CN=gone.test" }).waitFor();
    t.match(
      await rowTexts(),
      [
        /^expired 3 days ago/,
        /^ends in 5 days/,
        /^ends in 7,9\d\d years9999-12-31/,
        /^ends in .* years?beyond any calendar/,
        /^end could not be read/,
      ],
      "what ends soonest is on top, and absurd dates break nothing",
    );
    t.same(await page.locator(".total").allTextContents(), [
      ...["1 expired", "1 within 30 days", "0 not valid yet", "1 without a readable end", "2 ok"],
    ]);
    await shot(page, "certificates");
    const width = await page.evaluate("document.documentElement.scrollWidth");
    t.equal(width, 1_280, "nothing hangs over the edge of the page");
    t.equal(await page.locator("main img").count(), 0, "what came from the wire is text");
    t.same(troubles, [], "nothing ran that should not, and nothing failed");
  },
);

const HEALTH: SensorEvent = {
  ...{
    kind: "health",
    atMicros: NOW,
    startedMicros: NOW - 5e6,
    version: "1",
    lagMillis: 0,
    rssBytes: 1,
    cpuPercent: 0,
  },
  interfaces: [
    {
      ...{ name: "eth0", state: "capturing", frames: 9_000, restarts: 0, implementation: "native" },
      ...{ dropped: 12, droppedByInterface: 0, droppedByKernel: 12 },
    },
    { name: "eth1", state: "capturing", frames: 50, restarts: 0, implementation: "cap", droppedByProcess: 0 },
  ],
  counters: {
    ...{ frames: 9_050, capture_dropped: 12, capture_dropped_by_interface: 0, capture_dropped_by_kernel: 12 },
    ...{ capture_dropped_by_process: 0, captures_loss_unknown: 1, flows_refused: 3, gap_bytes: 4_500 },
    ...{ findings_refused: 1, edges_refused: 0, endpoints_refused: 2, bytes_encrypted: 8_000 },
    ...{ bytes_not_understood: 0, bytes_joined_late: 12, overload_step: 2, overload_millis: 65_000 },
  },
  undecoded: { "ethertype-not-ip": 70, "mpls-depth": 0 },
};

t.test("the sensor page has what one is not seeing, with counter and reason", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  await sensor.tell([
    HEALTH,
    {
      kind: "blind",
      interfaceName: "eth0",
      fromMicros: NOW - 4e6,
      untilMicros: NOW - 2e6,
      reason: "the interface is down",
    },
  ]);
  const { page, troubles } = await enter(t, console.setupLink ?? "");
  await page.click('nav button:text-is("Sensors")');
  const panel = page.locator("table.not-seen");
  await panel.waitFor();
  const cells = await panel
    .locator("tr")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map(({ textContent }) => textContent)));
  t.same(
    cells.map(([what, figure]) => `${what}: ${figure}`),
    [
      ...["Dropped by interface: 0 frames", "Dropped by kernel: 12 frames", "Dropped by the capture process: 0 frames"],
      ...["Connections refused: 3 connections", "Bytes missing in connections: 4.5 kB"],
      ...["Bytes encrypted: 8.0 kB", "Bytes not understood: 0 B", "Bytes of connections joined late: 12 B"],
      ...["Not decoded: ethertype-not-ip: 70 frames", "Endpoints not kept: 2 times", "Overload: 1 min"],
      ...["Findings thinned: 1 record", "Left out of the live feed: 0 records", "Feed messages skipped: 0 records"],
      ...["Lost on the way here: 0 records", "Blind intervals: 1 time"],
    ],
  );
  t.match(cells[1][2], /buffer was full: capture\.bufferBytes.* Unknown on eth1\. capture_dropped_by_kernel$/);
  t.ok(
    cells.every(([, , why]) => /^\S.{20,}\S$/.test(why ?? "")),
    "each has a reason and a counter",
  );
  const overload = "Overloaded: it gives up the live feed, bodies of responses. Findings and counts go on.";
  t.ok(await page.locator(".sensor p.bad", { hasText: overload }).isVisible());
  const interfaces = await page.locator(".sensor table").first().locator("tbody tr").allTextContents();
  t.same(interfaces, ["eth0capturing9,000native0120", "eth1capturing50capunknownunknown0"]);
  t.match(
    await page.locator(".sensor ul.blind li").first().textContent(),
    /^(\d\d-\d\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d\.\d{3}) — eth0 not seen for 2\.0 s: the interface is down$/,
  );
  await page.fill("input[aria-label='Name of a new sensor']", "silent");
  await page.click("button:text-is('Make token')");
  const silent = page.locator(".sensor", { hasText: "never connected" });
  await silent.waitFor();
  t.same(
    await silent.locator("dd").allTextContents(),
    ["unknown", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown"],
    "what it never told is no 0",
  );
  t.equal(await silent.locator("table, ul").count(), 0);
  await shot(page, "not-seen");
  t.same(troubles, []);
});

const FINDING: FindingRecord = {
  ...{
    kind: "finding",
    id: "f1",
    rule: "certificate-expired",
    severity: "high",
    count: 3,
    firstMicros: NOW,
    lastMicros: NOW,
  },
  ...{ title: "An expired certificate was accepted", summary: "It was told before the page was opened", evidence: {} },
  references: ["cwe:298"],
};

t.test("findings from before are on the page, and calls push none of them out", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  await sensor.tell([FINDING]);
  const { page } = await enter(t, console.setupLink ?? "");
  await page.selectOption("select[aria-label=Severity]", "high");
  const finding = page.locator("tr.finding");
  await finding.waitFor();
  t.match(
    await finding.textContent(),
    /high An expired certificate was accepted\. It was told before the page was opened/,
  );
  for (let batch = 0; batch < 5; batch++) {
    await sensor.tell(Array.from({ length: 450 }, () => handshake("busy.test", {})));
    await page.waitForTimeout(250);
  }
  await sensor.tell([{ ...FINDING, id: "f2", summary: "It was told last" }]);
  await page.locator("tr.finding", { hasText: "It was told last" }).waitFor();
  t.equal(await finding.count(), 2);

  await finding.filter({ hasText: "before" }).click();
  const detail = page.locator(DETAIL);
  t.match(await detail.textContent(), /Remedy.*find out why the other end does not check dates/);
  await sensor.tell([{ ...FINDING, count: 4_711 }]);
  await page.locator("aside.detail", { hasText: "4711" }).waitFor();
  t.pass("an opened finding counts on");
  await page.evaluate("document.activeElement.blur()");
  await page.keyboard.press("Escape");
  t.equal(await detail.count(), 0, "Escape closes it, wherever the focus is");

  await page.click('nav button:text-is("Findings")');
  await page.locator("tr", { hasText: "It was told last" }).click();
  await page.reload();
  await page.locator("tr", { hasText: "It was told last" }).waitFor();
  t.equal(await page.locator("nav button.current").textContent(), "Findings", "the view is the same when loaded again");

  console.store.database.exec("UPDATE session SET expires_micros = 1");
  await sensor.tell([edge("10.0.1.1", "safe.test", "mtls", { mtls: 9 })]);
  await page.waitForSelector("text=Your session has ended.");
  t.equal(await page.locator(".empty").count(), 0, "a session that ended is no empty inventory");
});
