import { readFileSync } from "node:fs";
import t from "tap";
import type { EndpointItem, ReviewHistory } from "../console/api.js";
import { parsePathRules } from "../sensor/command/path-rules-file.js";
import type { PathRule } from "../sensor/inventory/path/path-rule.js";
import { enter as enterPage, NO_BROWSER, shot } from "./support/page.js";
import { run } from "./support/program.js";
import { reviewed, told } from "./support/reviewed.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor, DAY, NOW } from "./support/teller.js";

/** Who said what, and of which endpoint that joined. */
function shown({ entries }: ReviewHistory) {
  return entries.map(({ by, action, text, of }) => [by, action, text, of]);
}

const rule = (place: string): PathRule => ({ segments: ["users", "{user}"], words: [], place });

const AT = NOW - 30 * DAY * 1e6;

t.test("who said what and when is kept for good, apart from what was seen", async (t) => {
  const scene = new Scene();
  scene.get("/orders/17", { atMicros: AT }).get("/health", { atMicros: AT });
  const { console, ask, of, say, history } = await reviewed(t, scene);
  t.same((await of("/health")).review, { status: "unreviewed", changes: [], untold: [], opinion: {} });
  const { key, version } = await of("/health");
  const asked = { key, version, action: "approve" };
  t.equal((await ask("POST", "/api/reviews", asked, { cookie: "" })).status, 401, "not without a session");
  t.equal((await ask("POST", "/api/reviews", asked, { "x-requested-with": "" })).status, 403, "nor from another page");
  t.equal((await ask("GET", `/api/reviews?endpoint=${key}`, undefined, { cookie: "" })).status, 401);
  for (const [body, status] of [
    [{ key, action: "approve" }, 400],
    [{ key, version: "x", action: "approve" }, 400],
    [{ key: "bm9uZQ", version, action: "approve" }, 404],
    [{ key, version, action: "delete" }, 400],
    [{ key, version, action: "own" }, 400],
    [{ key, version, action: "tag", tags: ["two words"] }, 400],
    [{ key, version, action: "note", text: "x".repeat(2_001) }, 400],
    [{ key, version, action: "ignore" }, 400],
    [{ key, version, action: "ignore", untilMicros: (Date.now() - 1_000) * 1_000 }, 400],
    [{ key, version, action: "ignore", untilMicros: (Date.now() + 400 * DAY * 1_000) * 1_000 }, 400],
  ] as const)
    t.equal((await ask("POST", "/api/reviews", body)).status, status, JSON.stringify(body).slice(0, 80));
  t.same((await history("/health")).entries, [], "what was refused was not said");

  const before = console.store.database.prepare("SELECT * FROM endpoint").all();
  await say("/health", { action: "own", text: "platform" });
  await say("/health", { action: "tag", tags: ["probe", "internal", "probe"] });
  await say("/health", { action: "note", text: "<b>asked by the load balancer</b>" });
  await say("/health", { action: "own", text: "sre" });
  const { status, opinion } = await say("/health", { action: "approve" });
  t.equal(status, "approved");
  t.match(opinion, {
    approved: { by: "ada", seen: { callers: ["10.0.0.1"], hasBareCalls: true } },
    owner: { by: "ada", text: "sre" },
    tags: { by: "ada", texts: ["internal", "probe"] },
    note: { by: "ada", text: "<b>asked by the load balancer</b>" },
  });
  const whole = (await (await ask("GET", `/api/endpoint?endpoint=${key}`)).json()) as EndpointItem;
  t.same(whole.review, { status, changes: [], untold: [], opinion });
  t.notOk(
    "seen" in ((await of("/health")).review.opinion.approved ?? {}),
    "the list has no need of what was known then",
  );
  const { entries } = await history("/health");
  t.same(
    entries.map(({ by, action, text, tags }) => [by, action, text ?? tags]),
    [
      ["ada", "approve", undefined],
      ["ada", "own", "sre"],
      ["ada", "note", "<b>asked by the load balancer</b>"],
      ["ada", "tag", ["probe", "internal", "probe"]],
      ["ada", "own", "platform"],
    ],
  );
  t.ok(entries.every(({ atMicros }) => Math.abs(atMicros - Date.now() * 1_000) < 60e6));
  t.same(console.store.database.prepare("SELECT * FROM endpoint").all(), before, "no word is among the facts");
  for (const sql of ["DELETE FROM review", "UPDATE review SET operator = 'eve'"])
    t.throws(() => console.store.database.exec(sql), /what was said is never/);

  const withdrawn = await say("/health", { action: "withdraw" });
  t.match(withdrawn, { status: "unreviewed", opinion: { owner: { text: "sre" } } });
  const untilMicros = (Date.now() + DAY * 1_000) * 1_000;
  t.equal((await say("/health", { action: "ignore", untilMicros })).status, "ignored");
  console.store.database.exec(`UPDATE opinion SET opinion = json_set(opinion, '$.ignored.untilMicros', 1)`);
  t.equal((await of("/health")).review.status, "unreviewed", "until then, and no longer");
  await say("/health", { action: "heed" });
  t.same(Object.keys((await say("/health", { action: "tag", tags: [] })).opinion).sort(), ["note", "owner"]);
});

t.test("what is new since the review, and what is other than what was approved", async (t) => {
  const scene = new Scene();
  const fields = "Authorization: Bearer abcdefgh\r\n";
  const answerFields = "Content-Type: application/json\r\n";
  const order = (body: string, more: object = {}) =>
    scene.get("/orders/17", { fields, answerFields, body, atMicros: AT, ...more });
  order('{"id": 17}');
  scene.get("/health", { client: "10.0.0.5", atMicros: AT - 20 * DAY * 1e6 }).get("/old", { atMicros: AT });
  scene.get("/alone", { client: "10.0.0.5", server: "10.0.0.6", atMicros: AT - 20 * DAY * 1e6 });
  const { sensor, of, say, history } = await reviewed(t, scene);
  await say("/orders/{orderId}", { action: "approve" });
  await say("/old", { action: "deprecate" });
  t.equal((await of("/health")).review.status, "unreviewed");
  order('{"id": 18}', { atMicros: NOW });
  await sensor.tell(told(scene));
  t.equal((await of("/orders/{orderId}")).review.status, "approved", "more of the same is no change");

  const later = (Date.now() + 5_000) * 1_000;
  order('{"id": 18, "email": "a@b.example"}', { client: "10.0.0.9", fields: "", atMicros: later });
  scene.get("/late", { atMicros: later }).get("/old", { atMicros: later });
  await sensor.tell(told(scene));
  t.equal((await of("/late")).review.status, "new");
  t.same((await of("/orders/{orderId}")).review.changes, [
    "calls without a credential of a known kind, which it answers",
    "new callers: 10.0.0.9",
    "new classes of data: email",
    "new fields: answer 200.email",
  ]);
  t.same((await of("/old")).review, {
    ...{ status: "changed", changes: ["calls since it was said to go away: 1"], untold: [] },
    opinion: (await of("/old")).review.opinion,
  });
  t.match(await history("/orders/{orderId}"), { appeared: ["10.0.0.9"], gone: [] });
  t.same((await history("/orders/{orderId}")).way, { counts: { cleartext: 7 }, certificates: {} });
  t.match(await history("/health"), { appeared: [], gone: ["10.0.0.5"] }, "its service has not seen it for a week");
  t.match(await history("/alone"), { appeared: [], gone: ["10.0.0.5"] }, "it was the only caller of its service");
  t.match(await say("/orders/{orderId}", { action: "approve" }), { status: "approved", changes: [] });
  t.match(await say("/old", { action: "keep" }), { status: "unreviewed", changes: [] });
  t.equal((await say("/old", { action: "own", text: "  " })).opinion.owner, undefined, "blanks are nobody");
});

t.test("an endpoint that becomes part of another takes owner and note along, and no approval", async (t) => {
  const scene = new Scene();
  const names = "alice bob carol dave erin frank grace heidi ivan judy".split(" ");
  scene.get("/users/alice", { atMicros: AT });
  const { console, sensor, say, history, endpoints } = await reviewed(t, scene);
  await say("/users/alice", { action: "approve" });
  await say("/users/alice", { action: "own", text: "people" });
  for (const name of names) scene.get(`/users/${name}`, { atMicros: AT });
  await sensor.tell(told(scene));
  const [user, ...others] = await endpoints();
  t.same([user.template, others.length], ["/users/{userId}", 0]);
  t.match(user.review, { status: "unreviewed", opinion: { owner: { by: "ada", text: "people" } } });
  const of = "GET /users/alice";
  const joined = [
    ["", "join", "GET /users/alice", undefined],
    ["ada", "own", "people", of],
    ["ada", "approve", undefined, of],
  ];
  t.strictSame(shown(await history("/users/{userId}")), joined, "what was said of it stands in the history");
  t.equal(
    console.store.database.prepare("SELECT count(*) FROM review").pluck().get(),
    3,
    "and all that was said stays",
  );
  await say("/users/{userId}", { action: "note", text: "by name" });
  scene.inventory.rule([{ host: "*", port: undefined, rules: [rule("accounts.yaml:1")] }]);
  await sensor.tell(told(scene));
  t.strictSame(
    shown(await history("/users/{user}")),
    [
      ["", "join", "GET /users/{userId}", undefined],
      ["ada", "note", "by name", "GET /users/{userId}"],
      ...joined.map(([by, action, text, from = "GET /users/{userId}"]) => [by, action, text, from]),
    ],
    "of what joined it before as well",
  );
  const said = console.store.database.prepare<[], { said: string }>("SELECT said FROM review").all();
  t.equal(said.filter((one) => one.said.includes('"from":"10.0.0.2 80 GET /users/')).length, 2);
});

t.test("exports carry reviews beside what was seen, and endpoints without one are as they were", async (t) => {
  const scene = new Scene();
  scene.get("/orders/17", { atMicros: AT }).get("/health", { atMicros: AT });
  const { console, say } = await reviewed(t, scene);
  await say("/health", { action: "approve" });
  await say("/health", { action: "tag", tags: ["probe", "internal"] });
  const database = console.store.database.name;
  const lines = run(["export", "--format", "ndjson", "--database", database]).out.trim().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const reviewOf = (template: string) =>
    Object.fromEntries(
      Object.entries(rows.find((row) => row["url.template"] === template) ?? {}).filter(([name]) =>
        /^review/.test(name),
      ),
    );
  t.match(reviewOf("/health"), {
    ...{ "review.status": "approved", "review.changes": [], "review.untold": [], "review.approved_by": "ada" },
    ...{ "review.approved_at": /^20.*Z$/, "review.tags": ["internal", "probe"] },
  });
  t.same(reviewOf("/orders/{orderId}"), {});
  const csv = run(["export", "--format", "csv", "--database", database]).out;
  t.match(csv, /,review\.status,.*\r\n/);
  t.match(csv, /approved,.*ada,20[^,]*Z,,,,"internal; probe",ada,20/);
});

t.test("an operator reviews endpoints, and sees what changed since", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  const scene = new Scene();
  const atMicros = NOW - 3 * DAY * 1e6;
  const answerFields = "Content-Type: application/json\r\n";
  const tell = (): Promise<void> => sensor.tell(scene.inventory.takeDelta(1_000).rows.map(({ record }) => record));
  const fields = "Authorization: Bearer abcdefgh\r\n";
  for (const path of ["/orders/17", "/orders/18/items", "/refunds", "/health", "/legacy/report"])
    scene.get(path, { atMicros, fields, answerFields, body: '{"id": 17}' });
  await tell();
  const { page, troubles } = await enterPage(t, console.setupLink ?? "");
  await page.click('nav button:text-is("Endpoints")');
  const row = (path: string) => page.locator("main tbody tr", { hasText: path });
  const panel = page.locator("section[aria-label=Review]");
  await row("/refunds").click();
  t.match(await panel.textContent(), /unreviewed Nobody approved it yet\./);
  await panel.locator("input[name=owner]").fill("payments");
  await panel.locator("input[name=tags]").fill("money, external");
  await panel.locator("textarea").fill(`<img src=x onerror=alert(5)> asks the bank`);
  await panel.locator("button:text-is('Save')").click();
  await panel.locator("text=3 entries in its history").waitFor();
  await panel.locator("button:text-is('Approve')").click();
  await panel.locator("text=Approved by ada").waitFor();
  await row("/legacy").click();
  await panel.locator("input[type=date]").fill("2030-01-31");
  await panel.locator("button:text-is('Deprecate')").click();
  await panel.locator("text=To go away by 2030-01-31, says ada").waitFor();
  await page.keyboard.press("Escape");

  await page.waitForTimeout(50);
  const later = (Date.now() + 2_000) * 1_000;
  scene.get("/refunds", {
    atMicros: later,
    client: "10.0.0.9",
    answerFields,
    body: '{"id": 17, "email": "a@b.example"}',
  });
  scene.get("/admin/refunds", { atMicros: later, fields });
  await tell();
  await row("/admin/refunds").waitFor();
  t.match(await row("/admin/refunds").textContent(), /new/);
  await page.selectOption("select[aria-label=Review]", "changed");
  await row("/refunds").waitFor();
  t.equal(await page.locator("main tbody tr").count(), 1, "narrowed to what changed");
  t.match(await row("/refunds").textContent(), /changed.*payments.*external.*money/);
  await shot(page, "reviews-changed");
  await page.selectOption("select[aria-label=Review]", "");
  await shot(page, "reviews");
  await row("/refunds").first().click();
  const changes = await panel.locator(".changes li").allTextContents();
  t.same(changes, [
    "calls without a credential of a known kind, which it answers",
    "new callers: 10.0.0.9",
    "new classes of data: email",
    "new fields: answer 200.email",
  ]);
  await panel.locator("summary").click();
  t.match(await panel.locator(".history li").allTextContents(), [/ada approved it/, /ada note: <img/, /tags/, /owner/]);
  await shot(page, "review-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot(page, "review-dark");
  await panel.locator("button:text-is('Approve as it is now')").click();
  await panel.locator("summary", { hasText: "5 entries" }).waitFor();
  await panel.locator(".changes").waitFor({ state: "detached" });
  t.equal(await page.evaluate("document.documentElement.scrollWidth"), 1_280, "nothing hangs over the page's edge");
  t.equal(await page.locator("main img").count(), 0, "what people write is text, too");
  t.same(troubles, []);
});

t.test(
  "an operator sees why a template is one, and takes rules for it away as a file",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor } = await consoleWithSensor(t);
    const scene = new Scene();
    for (const number of [17, 18, 19]) scene.get(`/orders/${number}/items`).get(`/users/${number}`);
    scene.get("/teams/red").get("/files/1.json");
    await sensor.tell(told(scene));
    const { page, troubles } = await enterPage(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Endpoints")');
    const panel = page.locator("section[aria-label=Template]");
    const open = (path: string) => page.locator("main tbody tr", { hasText: path }).first().click();
    await open("/orders/");
    t.match(await panel.textContent(), /\{orderId\} its form is that of a number · 3 different seen/);
    await panel.locator("button:text-is('Pin')").click();
    await open("/users/");
    await panel.locator("input").fill("me, search");
    await panel.locator("button:text-is('Split')").click();
    await open("/files/");
    t.equal(await panel.locator("button").count(), 0, "what rules can't say is not offered");
    await open("/teams/");
    t.ok(await panel.locator("button:text-is('Merge')").isDisabled());
    await panel.locator("input").fill("team");
    await panel.locator("button:text-is('Merge')").click();
    await panel.locator("text=3 rules chosen").waitFor();
    await shot(page, "path-rules");
    const download = page.waitForEvent("download");
    await panel.locator("button:text-is('Download')").click();
    const file = await (await download).path();
    t.match(parsePathRules(readFileSync(file, "utf8"), "path-rules.json"), [
      {
        ...{ host: "shop.internal", port: 80 },
        rules: [
          { segments: ["orders", "{orderId}", "items"], words: [] },
          { segments: ["teams", "{team}"], words: [] },
          { segments: ["users"], words: ["me", "search"] },
        ],
      },
    ]);
    t.same(troubles, []);
  },
);

t.test(
  "what passes a filter is approved together, in the operator's name, and asked about before",
  { skip: NO_BROWSER },
  async (t) => {
    const scene = new Scene();
    for (const path of ["/orders", "/refunds", "/stock"]) scene.get(path);
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell(told(scene));
    const { page, troubles } = await enterPage(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Endpoints")');
    await page.locator("main tbody tr").nth(2).waitFor();
    await page.fill("input[aria-label=Filter]", "/o");
    await page.click("button:text-is('Approve 1 shown')");
    await page.fill("input[aria-label=Filter]", "");
    await page.locator("button:text-is('Approve 3 shown')").waitFor();
    t.equal(await page.locator("button:has-text('Yes')").count(), 0, "another filter is asked about anew");
    await page.fill("input[aria-label=Filter]", "/o");
    await page.click("button:text-is('Approve 1 shown')");
    await shot(page, "review-approve-shown");
    await page.click("button:text-is('Yes, approve 1 as it is now')");
    await page.locator("text=1 approved").waitFor();
    await page.fill("input[aria-label=Filter]", "");
    await page.click("button:text-is('Approve 2 shown')");
    await page.click("button:text-is('Yes, approve 2 as they are now')");
    await page.locator("text=2 approved").waitFor();
    await page.locator(".review-status.approved").nth(2).waitFor();
    const rows = page.locator("main tbody tr");
    t.match(await rows.allTextContents(), [/approved/, /approved/, /approved/]);
    await page.locator("main tbody tr", { hasText: "/stock" }).click();
    t.match(await page.locator("section[aria-label=Review]").textContent(), /Approved by ada/);
    t.strictSame(troubles, []);
  },
);

t.test("approving many needs a login, and tells which are there no more", async (t) => {
  const scene = new Scene();
  scene.get("/orders").get("/stock");
  const { ask, of, endpoints, console } = await reviewed(t, scene);
  const shown = (await endpoints()).map(({ key, version }) => ({ key, version }));
  const bare = await fetch(`${console.url}/api/reviews/approvals`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-requested-with": "eastwatch" },
    body: JSON.stringify({ endpoints: shown }),
  });
  t.equal(bare.status, 401);
  const answer = await ask("POST", "/api/reviews/approvals", {
    endpoints: [...shown, { key: "no such endpoint", version: shown[0].version }],
  });
  t.strictSame(await answer.json(), { approved: 2, gone: 1, full: 0, refused: [] });
  t.match(await of("/stock"), { review: { status: "approved", opinion: { approved: { by: "ada" } } } });
  t.equal((await ask("POST", "/api/reviews/approvals", { endpoints: [] })).status, 400);
});

t.test("what was said of an endpoint goes with its service to another address", async (t) => {
  const at = (address: string) => ({
    named: [{ name: "cart", ground: "kubernetes" as const, at: address, ports: undefined }],
  });
  const scene = new Scene({ identities: at("10.0.0.2") });
  scene.get("/carts");
  const { sensor, say, endpoints } = await reviewed(t, scene);
  await say("/carts", { action: "own", text: "shop team" });
  scene.inventory.identify(at("10.0.0.9"));
  await sensor.tell(told(scene));
  t.match(
    (await endpoints()).map(({ serverAddress, review }) => [serverAddress, review.opinion.owner?.text]),
    [["10.0.0.9", "shop team"]],
  );
});
