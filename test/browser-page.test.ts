import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import t from "tap";
import type { EdgeRecord, FindingRecord, ServiceRecord } from "../shared/event.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { run } from "./support/program.js";
import { consoleWithSensor, DAY, edge, handshake, NOW, Teller } from "./support/teller.js";

const DAY_MICROS = DAY * 1e6;
/** Since then something went: by then it was seen four days before, now nine. */
const THEN = dayOf(NOW - 5 * DAY_MICROS);

function dayOf(micros: number): string {
  return new Date(micros / 1_000).toISOString().slice(0, 10);
}

function finding(id: string, more: Partial<FindingRecord> = {}): FindingRecord {
  return {
    ...{ kind: "finding", id, rule: "cleartext-http", severity: "medium", count: 1, firstMicros: NOW, lastMicros: NOW },
    ...{
      title: "Services talk over HTTP without TLS",
      summary: `${id} | is <in> the clear`,
      evidence: {},
      references: [],
    },
    ...more,
  };
}

function service(name: string, address: string): ServiceRecord {
  return {
    ...{
      kind: "service",
      name,
      address,
      port: 8443,
      software: [],
      frameworks: [],
      protocols: ["tls"],
      names: [],
      headerOrders: [],
    },
    ...{ calls: 0, connections: 1, parsedBytes: 0, encryptedBytes: 9, notUnderstood: {}, joinedLateBytes: 0 },
    ...{ missingBytes: 0, firstMicros: NOW, lastMicros: NOW },
  } as ServiceRecord;
}

/** A console with two sensors: what was known ten days ago, what changed today, what was not seen for nine days. */
async function consoleWithPast(t: Parameters<typeof consoleWithSensor>[0]) {
  const { console, sensor } = await consoleWithSensor(t);
  const { database } = console.store;
  const other = new Teller(Number(new URL(console.url).port), console.tokens.create("node-2")?.token ?? "");
  t.teardown(() => other.socket.terminate());
  await other.open();
  const before = NOW - 10 * DAY_MICROS;
  const seen = { firstMicros: before, lastMicros: NOW };
  const long = { firstMicros: before, lastMicros: NOW - 9 * DAY_MICROS };
  await sensor.tell([
    { ...edge("10.0.1.1", "safe.test", "mtls", { mtls: 9 }), ...seen },
    { ...edge("10.0.1.2", "steady.test", "tls", { tls: 1 }), ...seen },
    { ...edge("10.0.1.3", "quiet.test", "tls", { tls: 1 }), ...long },
  ]);
  database.exec(
    `UPDATE history SET began_micros = ${before}, silences_micros = ${before}; UPDATE edge SET since_micros = ${before}`,
  );
  // Counts alone make no change; of what changes twice in a day only the last is told.
  await sensor.tell([{ ...edge("10.0.1.2", "steady.test", "tls", { tls: 7 }), ...seen }]);
  await sensor.tell([{ ...edge("10.0.1.1", "safe.test", "unknown", { mtls: 9 }), ...seen }]);
  await sensor.tell([{ ...edge("10.0.1.1", "safe.test", "mixed", { mtls: 9, tls: 1 }), ...seen }, finding("f1")]);
  await other.tell([edge("10.0.1.2", "steady.test", "cleartext", { cleartext: 1 }), finding("f2")]);
  return { console, sensor, other, file: database.name };
}

const CHANGES = [
  "~ edge 10.0.1.1 > 10.0.0.9:8443: posture mtls → mixed",
  "- edge 10.0.1.3 > 10.0.0.10:8443: (unnamed) > quiet.test, tls",
  "+ finding cleartext-http f1: medium: f1 | is <in> the clear",
];

t.test("diff compares a console's file with what it was, and two of its sensors", async (t) => {
  const { console, file } = await consoleWithPast(t);
  const diff = (...more: string[]) => run(["diff", file, file, ...more]);
  const then = ["--sensor", "node-1", "--old-at", THEN];
  t.same(
    diff(...then)
      .out.trim()
      .split("\n"),
    [CHANGES[0], CHANGES[2], "1 added, 0 removed, 1 changed"],
  );
  t.same(
    diff(...then, "--gone-after", "7")
      .out.trim()
      .split("\n"),
    [...CHANGES, "1 added, 1 removed, 1 changed"],
  );
  t.equal(diff(...then, "--new-at", THEN, "--fail-on", "any").out, "no difference\n");
  t.equal(diff(...then, "--fail-on", "changed").code, 1);
  const sensors = diff("--sensor", "node-1", "--sensor", "node-2").out;
  t.match(sensors, /^~ edge 10\.0\.1\.2 > 10\.0\.0\.11:8443: posture tls → cleartext$/m);
  t.match(sensors, /^- finding cleartext-http f1.*\n\+ finding cleartext-http f2/m);
  for (const [parameters, words] of [
    [["--old-at", "2020-01-01"], /"2020-01-01": what was known then was not kept; this console has it from 20/],
    [["--old-at", "2026-02-31"], /must be a day such as 2026-11-29, or last-review/],
    [["--new-at", "2131-01-01"], /--new-at "2131-01-01" has not been yet: it is 20.*; name a day up to today in UTC/],
    [
      ["--sensor", "node-2", "--old-at", THEN],
      /nothing of sensor "node-2" was known then; the first is of 20.*Z; name/,
    ],
    [["--old-at", "last-review"], /nobody approved an endpoint yet; name a day instead/],
    [["--sensor", "node-3"], /"node-3" is not known to .*; it knows node-1, node-2/],
    [["--gone-after", "0"], /--gone-after "0" must be a number of days, more than 0/],
    [["--sensor", "a", "--sensor", "b", "--sensor", "c"], /--sensor is given once for both files, or twice/],
  ] as const)
    t.match(diff(...parameters), { code: 2, error: words });

  const past = console.store.database.prepare<[], { record: string }>("SELECT record FROM past").all();
  t.same(
    past.map(({ record }) => (JSON.parse(record) as EdgeRecord).posture),
    ["mtls"],
    "kept is what can be asked for",
  );
  t.end();
});

t.test("what changed since an approval, and what was taken out, is told", async (t) => {
  const { console, sensor, file } = await consoleWithPast(t);
  const place = { serverAddress: "10.0.0.9", serverPort: 8443, method: "GET", template: "/orders" };
  const endpoint = {
    ...{ kind: "endpoint", service: "safe.test", ...place, calls: 1, callers: [], callerCount: 0, statuses: {} },
    ...{ credentials: {}, dataClasses: [], responseContentTypes: [], state: "active", parameters: [] },
    ...{ missingBytes: 0, incompleteCalls: 0, firstMicros: NOW, lastMicros: NOW },
  } as unknown as Parameters<typeof sensor.tell>[0][number];
  await sensor.tell([endpoint]);
  const { reviews } = console.store;
  const [{ key, version }] = reviews.list(1, NOW).items;
  reviews.act({ key, version, action: { action: "approve" } }, "ada", Date.now() * 1_000);
  const diff = (): string => run(["diff", file, file, "--old-at", "last-review"]).out;
  t.equal(diff(), "no difference\n", "an approval of today is a moment to compare with");
  await sensor.tell([{ kind: "removal", ...place }, edge("10.0.1.9", "late.test", "tls", { tls: 1 })]);
  t.equal(
    diff(),
    "+ edge 10.0.1.9 > 10.0.0.9:8443: (unnamed) > late.test, tls\n- endpoint 10.0.0.9:8443 GET /orders: of safe.test, active\n1 added, 1 removed, 0 changed\n",
  );
  t.end();
});

t.test(
  "the page tells what changed in the words of diff, by a link, by keyboard, as Markdown",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor, file } = await consoleWithPast(t);
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.click('nav button:text-is("Changes")');
    await page
      .locator(".bar [role=alert]", { hasText: /^Nobody approved an endpoint yet; name a day instead\.$/ })
      .waitFor();
    t.equal(await page.locator(".empty").textContent(), "Nothing could be compared.");
    await page.selectOption("select[aria-label=Compare]", "day");
    await page.locator(".total").first().waitFor();
    await page.getByLabel("Since the end of").fill(THEN);
    await page.selectOption("select[aria-label=Sensor]", "node-1");
    await page.locator(".total", { hasText: "1 changed" }).waitFor();
    t.equal(new URL(page.url()).hash, `#changes?from=${THEN}&sensor=node-1`);
    const rows = page.locator("main tbody tr");
    t.same(await rows.allTextContents(), [
      "changededge10.0.1.1 > 10.0.0.9:8443posture mtls → mixed",
      "removededge10.0.1.3 > 10.0.0.10:8443(unnamed) > quiet.test, tls",
      "addedfindingcleartext-http f1medium: f1 | is <in> the clear",
    ]);
    await page.click("button:has-text('Copy as Markdown')");
    await page.locator("text=Copied.").waitFor();
    const copied = (await page.evaluate("navigator.clipboard.readText()")) as string;
    const since = ["--sensor", "node-1", "--old-at", THEN, "--gone-after", "7"];
    t.equal(
      copied.split("\n\n").slice(1).join("\n\n"),
      run(["diff", file, file, "--format", "markdown", ...since]).out,
    );
    t.match(
      copied,
      /^Changes since the end of 20..-..-.. \(UTC\), sensor node-1; removed: not seen for 7 days; compared 20/,
    );

    await rows.first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    t.match(await page.locator(DETAIL).textContent(), /removed edge.*10\.0\.1\.3 > .*quiet\.test, tls/);
    await page.locator("aside.detail .close").focus();
    await page.keyboard.press("Escape");
    t.match(await focusedText(page), /^removededge/, "what is closed hands the focus back");
    await page.click(".total:has-text('added')");
    t.equal(await rows.count(), 1);
    await sensor.tell([finding("f3")]);
    await page.locator("text=more was told since").waitFor();
    t.equal(await rows.count(), 1, "rows that are read do not move");
    await page.click("button:has-text('Compare again')");
    await rows.nth(1).waitFor();
    await page.reload();
    await page.locator(".total", { hasText: "2 added" }).waitFor();
    t.pass("a link shows the same again");
    await page.selectOption("select[aria-label=Compare]", "sensor");
    await page.locator("tr", { hasText: "posture tls → cleartext" }).waitFor();
    t.equal(new URL(page.url()).hash, "#changes?sensor=node-1&against=node-2");
    t.same(
      troubles.filter((text) => !/409/.test(text)),
      [],
      "nothing failed but what the console refused in words",
    );
  },
);

t.test("thousands of changes are bounded, and the rest is told by number", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithPast(t);
  const many = Array.from({ length: 1_200 }, (_, index) =>
    edge(`10.9.${index >> 8}.${index & 255}`, "many.test", "tls", { tls: 1 }),
  );
  await sensor.tell(many);
  const { page } = await enter(t, console.setupLink ?? "");
  await page.locator("nav").waitFor();
  await page.evaluate(`location.hash = "changes?from=${THEN}"`);
  await page.locator(".rest").waitFor();
  t.match(
    await page.locator(".rest").textContent(),
    /^… and 200 more: 200 edges added\. Compare one sensor, or use eastwatch diff/,
  );
  t.match(await page.locator(".total").first().textContent(), /^1,202 added$/);
  t.match(await page.locator(".bar").textContent(), /the first 500 of 1,00\d are shown/);
  t.ok((await page.locator("tr", { hasText: "finding" }).count()) === 0, "the first rows are edges");
  await page.fill("input[aria-label=Filter]", "cleartext-http");
  t.equal(await page.locator("tbody tr").count(), 2, "edges push no finding out");
  t.match(await page.locator(".rest").textContent(), /The filter does not look at these/);
});

const VIEWS = [
  "feed",
  "findings",
  "changes",
  "services",
  "endpoints",
  "edges",
  "mtls",
  "map",
  "certificates",
  "sensors",
];

t.test(
  "no view hangs over the edge of a window of any width, and a finger finds what it aims at",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor } = await consoleWithPast(t);
    const name = `a-long-name.${"of-a-service.".repeat(8)}internal`;
    await sensor.tell([
      service(name, "2001:db8:1111:2222:3333:4444:5555:6666"),
      edge("10.0.1.8", name, "tls", { tls: 9 }),
      handshake(name, {}),
    ]);
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.locator("nav").waitFor();
    for (const [width, scheme] of [
      [320, "dark"],
      [400, "light"],
      [768, "dark"],
      [1_440, "light"],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme });
      for (const view of VIEWS) {
        await page.evaluate(`location.hash = "${view === "changes" ? `changes?from=${THEN}` : view}"`);
        await page.locator("main .empty, main tbody tr, main .node, main .sensor").first().waitFor();
        t.same(await misfits(page), [], `${view} at ${width}`);
        await shot(page, `${view}-${width}`);
      }
    }
    await page.setViewportSize({ width: 400, height: 800 });
    await page.evaluate('location.hash = "edges"');
    await page.locator("tbody tr").first().click();
    t.same(await misfits(page), [], "a detail");
    await page.locator("aside.detail .close").click();
    await page.click("button:text-is('Documents')");
    t.same(await misfits(page), [], "the documents");
    t.same(
      troubles.filter((text) => !/409/.test(text)),
      [],
    );
  },
);

/** What hangs over the edge, is too small to be hit, or has no name; run in the page. */
const MISFITS = `(() => {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push("the page is " + scrollWidth + " wide");
  for (const element of document.querySelectorAll("button, input, select, summary")) {
    const { left, right, width, height } = element.getBoundingClientRect();
    if (width === 0) continue;
    const name = (element.ariaLabel ?? (element.textContent || element.closest("label")?.textContent) ?? "").trim();
    if (name === "") found.push(element.outerHTML.slice(0, 80) + " has no name");
    if (height < 24 || width < 24) found.push(name + " is " + width + " by " + height);
    const isCut = left < 0 || right > innerWidth;
    if (isCut && element.closest(".scroll") === null) found.push(name + " ends at " + right);
  }
  return found;
})()`;

function misfits(page: Page): Promise<string[]> {
  return page.evaluate(MISFITS);
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate("document.activeElement.textContent") as Promise<string>;
}

t.test(
  "what is told while one looks moves no row from under the mouse, and takes no focus away",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor } = await consoleWithSensor(t);
    const called = (client: string, calls: number): EdgeRecord => ({
      ...edge(client, "busy.test", "tls", { tls: 1 }),
      calls,
    });
    await sensor.tell([
      called("10.0.1.1", 30),
      called("10.0.1.2", 20),
      called("10.0.1.3", 10),
      handshake("first.test", {}),
    ]);
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.locator("text=1 sensor watching").waitFor();
    const handshakes = page.locator("tr.handshake");
    await handshakes.first().hover();
    await sensor.tell([handshake("second.test", {}), handshake("third.test", {})]);
    await page.locator("text=2 new, held while the mouse is on the list").waitFor();
    t.equal(await handshakes.count(), 1);
    await page.locator("header").hover();
    await handshakes.nth(2).waitFor();
    t.match(await handshakes.allTextContents(), [/third/, /second/, /first/]);

    const rows = page.locator("main tbody tr");
    await page.click('nav button:text-is("Edges")');
    await rows.nth(2).hover();
    await rows.nth(2).focus();
    await sensor.tell([called("10.0.1.3", 5_000), called("10.0.1.4", 9_000)]);
    await rows.nth(3).waitFor();
    t.match(
      await rows.allTextContents(),
      [/^10\.0\.1\.1/, /^10\.0\.1\.2/, /^10\.0\.1\.3.*5,000/, /^10\.0\.1\.4/],
      "counts go on, rows stay",
    );
    await page.locator("header").hover();
    await page.locator("main tbody tr:first-child", { hasText: "10.0.1.4" }).waitFor();
    t.match(await rows.allTextContents(), [/^10\.0\.1\.4/, /^10\.0\.1\.3/, /^10\.0\.1\.1/, /^10\.0\.1\.2/]);
    for (const calls of [10_000, 1, 20_000, 2]) {
      await sensor.tell([called("10.0.1.3", calls)]);
      await page
        .locator("tr", { hasText: calls.toLocaleString("en") })
        .first()
        .waitFor();
      t.match(await focusedText(page), /^10\.0\.1\.3/, "the focus stays with its row wherever it goes");
    }
    t.same(troubles, []);
  },
);

t.test("words and lines of the page are told from what they lie on by anyone (WCAG 1.4.3, 1.4.11)", (t) => {
  const [dark, light] = readFileSync("console/web/style/theme.css", "utf8").split("@media").map(coloursOf);
  for (const colours of [dark, { ...dark, ...light }]) {
    const least = (words: string, grounds: string, ratio: number): void => {
      for (const word of words.split(" "))
        for (const ground of grounds.split(" "))
          t.ok(
            contrast(colours[word], colours[ground]) >= ratio,
            `${word} on ${ground}: ${contrast(colours[word], colours[ground])}`,
          );
    };
    least("text quiet good warn bad critical accent", "ground raised hover current open marked", 4.5);
    for (const tag of ["good", "warn", "bad", "critical"]) least(tag, `${tag}-tag`, 4.5);
    least("text quiet", "plain-tag", 4.5);
    least("control untold mtls tls mixed cleartext unknown failed", "ground raised", 3);
  }
  t.end();
});

function coloursOf(css: string): Record<string, string> {
  return Object.fromEntries([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

function contrast(one: string, other: string): number {
  const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
