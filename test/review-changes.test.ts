import t from "tap";
import type { Approvals, EndpointItem, ReviewRefusal } from "../console/api.js";
import type { Change } from "../shared/difference.js";
import type { EdgeRecord, SensorEvent, ServiceRecord } from "../shared/event.js";
import { compareFacts, keptFacts, type ReviewedFacts } from "../shared/reviewed-facts.js";
import { enter, NO_BROWSER, shot } from "./support/page.js";
import { run } from "./support/program.js";
import { FACTS, json, OTHERWISE } from "./support/review-cases.js";
import { reviewed, told } from "./support/reviewed.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor, NOW } from "./support/teller.js";

const AT = NOW - 30 * 86_400e6;
const BEARER = "Authorization: Bearer abcdefgh\r\n";
const COOKIE = "Cookie: JSESSIONID=AABBCCDDEEFF00112233\r\n";

t.test("a call without a credential is a change, also where others carried two kinds of them", async (t) => {
  const scene = new Scene();
  const call = (path: string, fields: string, status = 200): void =>
    void scene.get(path, { fields, status, atMicros: AT });
  for (let calls = 0; calls < 3; calls++) {
    call("/transfer", BEARER + COOKIE);
    call("/cart", BEARER + COOKIE);
    call("/login", "", 401);
    call("/login", BEARER);
  }
  const { sensor, of, say } = await reviewed(t, scene);
  for (const path of ["/transfer", "/cart", "/login"]) await say(path, { action: "approve" });
  call("/transfer", "");
  call("/cart", COOKIE);
  call("/login", "");
  await sensor.tell(told(scene));
  const changes = async (path: string) => (await of(path)).review.changes;
  t.strictSame(await changes("/transfer"), ["calls without a credential of a known kind, which it answers"]);
  t.strictSame(await changes("/cart"), ["calls with nothing but cookies"]);
  t.strictSame(await changes("/login"), [
    "answers some calls without a credential of a known kind, and refuses others or is called with credentials too (before: refuses calls without a credential of a known kind)",
  ]);
});

t.test("what protects the connections of its callers is approved along with it", async (t) => {
  const scene = new Scene();
  scene
    .get("/orders", { fields: BEARER, atMicros: AT })
    .get("/stock", { client: "10.0.0.7", fields: BEARER, atMicros: AT });
  const { sensor, of, say } = await reviewed(t, scene);
  const rows: SensorEvent[] = told(scene.get("/orders", { fields: BEARER, atMicros: AT }));
  const edge = rows.find((row): row is EdgeRecord => row.kind === "edge");
  if (edge === undefined) throw new Error("no edge");
  const between = (postureCounts: Record<string, number>, clientAddress = "10.0.0.1") =>
    sensor.tell([{ ...edge, clientAddress, postureCounts, connections: 9 }]);
  await between({ mtls: 9 });
  t.equal((await say("/orders", { action: "approve" })).status, "approved");
  const now = async (counts: Record<string, number>): Promise<unknown> => {
    await between(counts);
    await sensor.tell(
      told(scene.get("/orders", { fields: BEARER, atMicros: AT })).filter(({ kind }) => kind !== "edge"),
    );
    const { status, changes, untold } = (await of("/orders")).review;
    return [status, changes, untold];
  };
  t.strictSame(await now({ mtls: 8, failed: 1 }), ["approved", [], []]);
  const untold = ["whether all its connections are mutual TLS still"];
  t.strictSame(await now({ mtls: 8, "tls-unknown": 1 }), ["uncertain", [], untold]);
  const words = (kind: string) => `connections in ${kind} (the worst before: mutual TLS)`;
  t.strictSame(await now({ mtls: 8, tls: 1 }), ["changed", [words("TLS without a client's certificate")], []]);
  t.strictSame(await now({ mtls: 8, cleartext: 1 }), ["changed", [words("cleartext")], []]);
  await between({ mtls: 9 });
  await between({ cleartext: 9 }, "10.0.0.7");
  t.equal((await of("/orders")).review.status, "approved", "another's connections are no change of it");
});

t.test("callers beyond those that are listed are told by their number", async (t) => {
  const scene = new Scene();
  const call = (from: number, until: number): void => {
    for (let at = from; at < until; at++) scene.get("/orders", { client: `10.0.3.${at}`, atMicros: AT });
  };
  call(0, 60);
  const { sensor, of, say } = await reviewed(t, scene);
  const calledBy = async (from: number, until: number) => {
    call(from, until);
    await sensor.tell(told(scene));
    return (await of("/orders")).review;
  };
  await say("/orders", { action: "approve" });
  const listed = "new callers: 10.0.3.60, 10.0.3.61, 10.0.3.62, 10.0.3.63";
  const [first] = (await calledBy(60, 70)).changes;
  t.equal(first, `${listed} and about 6 more than are listed`);
  t.equal((await say("/orders", { action: "approve" })).status, "approved");
  t.match(await calledBy(0, 70), { status: "approved", changes: [], untold: [] }, "the same call again");
  const [second] = (await calledBy(70, 80)).changes;
  t.equal(second, "new callers: about 10 more than are listed");
});

t.test("how an endpoint is protected and what it takes and gives is approved along with it", async (t) => {
  const scene = new Scene();
  const paths = Object.keys(OTHERWISE);
  const call = (at: 0 | 1, atMicros: number): void => {
    for (const path of paths)
      for (let times = 0; times < 3; times++) scene.get(path, { ...OTHERWISE[path].calls[at], atMicros });
  };
  call(0, AT);
  const { console, sensor, endpoints, say } = await reviewed(t, scene);
  for (const path of paths) await say(path, { action: "approve" });
  const { database } = console.store;
  const before = `${database.name}.before`;
  database.prepare("VACUUM INTO ?").run(before);
  call(0, AT + 1e6);
  await sensor.tell(told(scene));
  for (const { template, review } of await endpoints())
    t.match(review, { status: "approved", changes: [], untold: [] }, `${template}, more of the same`);
  t.match(run(["diff", before, database.name]).out, /no difference/);
  call(1, AT + 2e6);
  await sensor.tell(told(scene));
  const [text, markdown, objects] = ["text", "markdown", "json"].map(
    (format) => run(["diff", before, database.name, "--format", format]).out,
  );
  const { changes } = JSON.parse(objects) as { readonly changes: readonly Change[] };
  for (const { template, review } of await endpoints()) {
    const { change, difference } = OTHERWISE[template];
    t.equal(review.status, "changed", template);
    t.ok(review.changes.includes(change), `${template}: ${review.changes.join(" | ")}`);
    const line = text.split("\n").find((one) => one.includes(` ${template}: `)) ?? "";
    t.ok(line.includes(difference), `${template}: ${line}`);
    t.ok(markdown.includes(`${difference}`), `${template} in Markdown`);
    const told = changes.find(({ subject }) => subject.endsWith(` ${template}`))?.fields ?? [];
    t.ok(
      told.some(({ name, before, after }) => `${name} ${before || "none"} → ${after || "none"}`.startsWith(difference)),
    );
  }
  const { changes: lost } = (await endpoints()).find(({ template }) => template === "/kept")?.review ?? {};
  t.ok(lost?.includes("no longer in all answers: strict-transport-security, cache-control"));
});

t.test("of what was not recorded with an approval, or found no room, it is said that it can't be told", async (t) => {
  const scene = new Scene();
  const order = () => scene.get("/orders", { fields: BEARER, ...json('{"id":1}'), atMicros: AT });
  order();
  const { console, sensor, of, say } = await reviewed(t, scene);
  await say("/orders", { action: "approve" });
  const { database } = console.store;
  const seen = ["types", "traits", "alwaysSent", "beyond"].map((name) => `'$.approved.seen.${name}'`).join(", ");
  database.exec(`UPDATE opinion SET opinion = json_remove(opinion, ${seen})`);
  t.match((await of("/orders")).review, { status: "approved", untold: [] }, "it was not called since");
  order();
  await sensor.tell(told(scene));
  const { status, changes, untold } = (await of("/orders")).review;
  t.strictSame([status, changes, untold.length], ["uncertain", [], 1]);
  t.match(
    untold[0],
    /^whether tokens, cookies, .* content types and types of fields are as they were: they were not rec/,
  );
  await say("/orders", { action: "approve" });
  order();
  await sensor.tell(told(scene));
  t.equal((await of("/orders")).review.status, "approved", "they are recorded now");

  const issuers = Array.from({ length: 16 }, (_, at) => `https://idp${at}.test`);
  const full = { traits: { "token issuers": issuers } };
  const compare = (beyond: number, after: Partial<ReviewedFacts> = full) =>
    compareFacts(keptFacts({ ...FACTS, ...full, beyond: 1 }), { ...FACTS, ...after, calls: 2, beyond });
  t.strictSame(compare(1), { changes: [], untold: [] });
  t.match(compare(2), {
    changes: [],
    untold: [/^whether tokens, cookies and places of credentials are others: not all/],
  });
  const fields = Array.from({ length: 400 }, (_, at) => `query.f${at}`);
  const typed = (last: string) => ({
    fields,
    fieldCount: 400,
    types: fields.map((_, at) => (at < 399 ? "string" : last)),
  });
  const beyond = (last: string) =>
    compareFacts(keptFacts({ ...FACTS, ...typed("string") }), { ...FACTS, ...typed(last) });
  t.strictSame(beyond("string").changes, []);
  t.strictSame(beyond("integer").changes, ["other types of fields, beyond the 300 that are kept by name"]);
});

t.test("only what was shown is approved, and nobody's word goes unread under another's", async (t) => {
  const scene = new Scene();
  const order = (more: object = {}) =>
    void scene.get("/orders", {
      fields: BEARER,
      answerFields: "Content-Type: application/json\r\n",
      atMicros: AT,
      ...more,
    });
  order({ body: '{"id": 1}' });
  scene.get("/stock", { atMicros: AT });
  const { sensor, ask, of } = await reviewed(t, scene);
  const listed = await of("/orders");
  const read = async () => (await (await ask("GET", `/api/endpoint?endpoint=${listed.key}`)).json()) as EndpointItem;
  const opened = await read();
  t.equal(listed.version, opened.version, "a list and a detail show the same");
  const say = async (version: string, action: object) => {
    const answer = await ask("POST", "/api/reviews", { key: listed.key, version, ...action });
    return { code: answer.status, body: (await answer.json()) as Partial<ReviewRefusal> };
  };
  order({ body: '{"id": 1}' });
  await sensor.tell(told(scene));
  t.equal((await read()).version, opened.version, "more of the same is the same");
  order({ body: '{"id": 1, "pin": "0"}' });
  await sensor.tell(told(scene));
  const other = await say(opened.version, { action: "approve" });
  t.strictSame([other.code, other.body.changes, other.body.said], [409, ["new fields: answer 200.pin"], []]);
  t.match(
    other.body.error,
    /^It is other than it was when it was shown: new fields: answer 200\.pin\. Nothing was saved/,
  );
  t.equal((await of("/orders")).review.status, "unreviewed");

  const shown = await of("/orders");
  order({ body: '{"id": 1}', client: "10.0.0.9", fields: "" });
  await sensor.tell(told(scene));
  const stock = await of("/stock");
  const both = [shown, stock].map(({ key, version }) => ({ key, version }));
  const together = (await (await ask("POST", "/api/reviews/approvals", { endpoints: both })).json()) as Approvals;
  const changes = ["calls without a credential of a known kind, which it answers", "new callers: 10.0.0.9"];
  t.match(together, { approved: 1, refused: [{ key: shown.key, method: "GET", template: "/orders", changes }] });
  const [{ version }] = together.refused;
  const approved = await say(version, { action: "approve" });
  t.equal(approved.code, 200, "what it became was told, and can be approved");

  const owned = await say(approved.body.version ?? "", { action: "own", text: "payments" });
  t.equal(owned.code, 200);
  const late = await say(approved.body.version ?? "", { action: "own", text: "orders" });
  t.match(late, { code: 409, body: { changes: [], said: [{ by: "ada", action: "own", text: "payments" }] } });
  t.match(late.body.error, /^Something was said of it since it was shown, by ada\. Nothing was saved/);
  t.equal((await of("/orders")).review.opinion.owner?.text, "payments");
  t.equal((await say(late.body.version ?? "", { action: "own", text: "orders" })).code, 200);

  const unknown = await say(`AAAAAAAAAAAAAAAA.${(await read()).version.split(".")[1]}`, { action: "approve" });
  t.match(unknown, { code: 409, body: { changes: [], untold: ["what it was when it was shown"] } });
});

t.test("an edge that loses its mutual TLS while it is looked at is not approved with it", async (t) => {
  const scene = new Scene();
  scene.get("/orders", { fields: BEARER, atMicros: AT });
  const { sensor, ask, of } = await reviewed(t, scene);
  const rows = told(scene.get("/orders", { fields: BEARER, atMicros: AT }));
  const edge = rows.find((row): row is EdgeRecord => row.kind === "edge");
  if (edge === undefined) throw new Error("no edge");
  await sensor.tell([{ ...edge, postureCounts: { mtls: 9 }, connections: 9 }]);
  const { key, version } = await of("/orders");
  await sensor.tell([{ ...edge, postureCounts: { mtls: 9, cleartext: 1 }, connections: 10 }]);
  const answer = await ask("POST", "/api/reviews", { key, version, action: "approve" });
  t.equal(answer.status, 409);
  t.match(await answer.json(), { changes: ["connections in cleartext (the worst before: mutual TLS)"] });
});

t.test(
  "of rows that are approved together the page names those that changed while it asked",
  { skip: NO_BROWSER },
  async (t) => {
    const scene = new Scene();
    scene.get("/orders", { atMicros: AT }).get("/stock", { atMicros: AT });
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell(told(scene));
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    await page.click('nav button:text-is("Endpoints")');
    await page.click("button:text-is('Approve 2 shown')");
    await sensor.tell(told(scene.get("/orders", { client: "10.0.0.9", atMicros: NOW })));
    await page.locator("main tbody tr", { hasText: "/orders" }).locator("td", { hasText: /^2$/ }).first().waitFor();
    await page.click("button:text-is('Yes, approve 2 as they are now')");
    const refused = page.locator("ul[aria-label='Not approved'] li");
    await refused.waitFor();
    const words = "Not approved, for it changed since it was shown: shop.internal GET /orders: new callers: 10.0.0.9";
    t.strictSame(await refused.allTextContents(), [words]);
    await shot(page, "review-together-refused");
    await page.click("button:text-is('Approve 1 shown')");
    await page.click("button:text-is('Yes, approve 1 as it is now')");
    await page.locator(".review-status.approved").nth(1).waitFor();
    t.equal(await refused.count(), 0);
    t.same(troubles, []);
  },
);

t.test(
  "what was approved of a service goes with it from an address given anew, and is no word on who is there",
  async (t) => {
    const scene = new Scene();
    const call = (server: string, host: string, path: string, second: number) =>
      scene.get(path, { server, host, atMicros: NOW - 1_000e6 + second * 1e6 });
    for (let second = 0; second < 20; second++)
      for (const path of ["/health", "/quiet"]) call("10.1.0.4", "old.test", path, second);
    const { console, sensor, ask, endpoints, history } = await reviewed(t, scene);
    /** As a store hands it on: first what is there no more. */
    const tell = (): Promise<void> => {
      const { rows, removals } = scene.inventory.takeDelta(1_000);
      return sensor.tell([...removals, ...rows.map(({ record }) => record)]);
    };
    const at = async (address: string, path: string) =>
      (await endpoints()).find((one) => one.serverAddress === address && one.template === path);
    const say = async (address: string, path: string, action: string, text?: string): Promise<number> => {
      const { key, version } = (await at(address, path)) ?? {};
      return (await ask("POST", "/api/reviews", { key, version, action, ...(text === undefined ? {} : { text }) }))
        .status;
    };
    const shown = async (address: string, path: string) => {
      const { status, changes, untold, opinion } = (await at(address, path))?.review ?? {};
      const words = [...(changes ?? []), ...(untold ?? [])].filter((one) => /old\.test|next\.test/.test(one));
      return [status, ...words.map((one) => one.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, "THEN")), opinion?.owner?.text];
    };
    for (const path of ["/health", "/quiet"]) {
      t.equal(await say("10.1.0.4", path, "approve"), 200);
      t.equal(await say("10.1.0.4", path, "own", "ops"), 200);
    }
    for (let second = 100; second < 170; second++) {
      call("10.1.0.4", "next.test", "/health", second);
      call("10.1.0.4", "next.test", "/next", second);
    }
    await tell();
    const gone = "approved as old.test, which was not seen since THEN; next.test";
    t.same(
      await shown("10.1.0.4", "/health"),
      ["changed", `${gone} is called there now`, "ops"],
      "it is kept, and covers nothing",
    );
    t.same(await shown("10.1.0.4", "/quiet"), [
      "uncertain",
      `whether it is there still (${gone.replace("; next.test", "; next.test has its address")})`,
      "ops",
    ]);
    const { items } = (await (await ask("GET", "/api/services")).json()) as { items: readonly ServiceRecord[] };
    t.match(items, [{ name: "next.test", formerNames: [{ name: "old.test", lastMicros: NOW - 981e6 }] }]);
    t.equal(await say("10.1.0.4", "/next", "approve"), 200);

    for (let second = 170; second < 190; second++) {
      for (const path of ["/health", "/quiet"]) call("10.1.0.5", "old.test", path, second);
      call("10.1.0.4", "next.test", "/health", second);
    }
    await tell();
    t.equal((await at("10.1.0.5", "/health"))?.service, "old.test");
    t.match((await at("10.1.0.5", "/health"))?.review.opinion, { approved: { by: "ada" }, owner: { text: "ops" } });
    t.match((await at("10.1.0.5", "/quiet"))?.review.opinion, { approved: { by: "ada" }, owner: { text: "ops" } });
    t.match((await history("/quiet")).entries, [{ action: "join" }, { action: "own" }, { action: "approve" }]);
    t.same(await shown("10.1.0.4", "/health"), ["unreviewed", undefined], "nobody said anything of who is there now");
    t.match((await at("10.1.0.4", "/next"))?.review, { status: "approved" });
    t.equal(console.store.database.prepare("SELECT count(*) FROM opinion").pluck().get(), 3);
  },
);

t.test(
  "an approval of who has the address by now stays when the endpoint goes with who was there before",
  async (t) => {
    const scene = new Scene();
    const call = (server: string, host: string, path: string, second: number) =>
      scene.get(path, { server, host, atMicros: NOW - 1_000e6 + second * 1e6 });
    for (let second = 0; second < 20; second++) call("10.1.0.4", "old.test", "/health", second);
    for (let second = 100; second < 170; second++) call("10.1.0.4", "next.test", "/health", second);
    const { sensor, endpoints, say } = await reviewed(t, scene);
    await say("/health", { action: "approve" });
    for (let second = 170; second < 190; second++) {
      call("10.1.0.5", "old.test", "/health", second);
      call("10.1.0.4", "next.test", "/health", second);
    }
    const { rows, removals } = scene.inventory.takeDelta(1_000);
    await sensor.tell([...removals, ...rows.map(({ record }) => record)]);
    t.same(
      (await endpoints())
        .map(({ service, review }) => [service, review.opinion.approved?.by])
        .sort(([a = ""], [b = ""]) => a.localeCompare(b)),
      [
        ["next.test", "ada"],
        ["old.test", undefined],
      ],
    );
  },
);
