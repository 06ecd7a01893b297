import type { Page, WebSocketRoute } from "playwright-core";
import t from "tap";
import type { EndpointRecord, FindingRecord } from "../shared/event.js";
import { DETAIL, enter, NO_BROWSER, shot } from "./support/page.js";
import { consoleWithSensor, handshake, NOW } from "./support/teller.js";

const FINDING: FindingRecord = {
  ...{ kind: "finding", id: "f1", rule: "cleartext-http", severity: "high", count: 1, firstMicros: NOW },
  ...{ lastMicros: NOW, title: "HTTP without TLS", summary: "It was told before", evidence: {}, references: [] },
};

/** The page's way to the feed, in a test's hands. */
class FeedWay {
  /** Told when the page asks for the feed; what it waits for comes between. */
  before: () => Promise<void> = async () => undefined;
  #routes: WebSocketRoute[] = [];

  async lay(page: Page): Promise<void> {
    await page.routeWebSocket(/api.feed/, async (route) => {
      await this.before();
      this.#routes.push(route);
      route.connectToServer();
    });
  }

  async cut(): Promise<void> {
    for (const route of this.#routes.splice(0)) await route.close({ code: 1001 });
  }
}

/** `2026-11-25 09:12`, where the test runs, as the browser does. */
function minuteOf(date: Date): string {
  const [month, day, hour, minute] = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()].map(
    (part) => String(part).padStart(2, "0"),
  );
  return `${date.getFullYear()}-${month}-${day} ${hour}:${minute}`;
}

t.test(
  "what is told before the feed opens, and while it is away, is on the page, once",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell([handshake("first.test", {}), FINDING]);
    const way = new FeedWay();
    let opened = 0;
    way.before = async () => {
      opened++;
      // Lists that are read beside it have been read by then.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const blind = { kind: "blind", interfaceName: "eth0", fromMicros: NOW, reason: `gap ${opened}` } as const;
      await sensor.tell([
        handshake(`gap-${opened}.test`, {}),
        { ...FINDING, count: 1 + opened },
        { ...FINDING, id: `gap-${opened}`, summary: `It was told in gap ${opened}` },
        { ...blind, fromMicros: NOW + opened, untilMicros: NOW + 5e6 },
      ]);
    };
    const { page, troubles } = await enter(t, console.setupLink ?? "", (page) => way.lay(page));
    const texts = async (): Promise<string[]> =>
      (await page.locator("main tbody tr").allTextContents()).map(
        (text) => /(first|gap-\d|late)\.test|gap \d|before ×\d/.exec(text)?.[0] ?? text,
      );
    const sorted = async (): Promise<string[]> => (await texts()).sort();
    await sensor.tell([handshake("late.test", {})]);
    await page.locator("tr.handshake", { hasText: "first.test" }).waitFor();
    await page.locator("tr.handshake", { hasText: "late.test" }).waitFor();
    const all = ["first.test", "late.test", "before ×2", "gap 1", "gap 1", "gap-1.test"];
    t.same(await sorted(), [...all].sort());
    const time = page.locator("tr", { hasText: "It was told in gap 1" }).locator("td.time");
    t.equal(await time.getAttribute("title"), minuteOf(new Date(NOW / 1_000)), "the day stands behind the time");

    await way.cut();
    await page.locator("text=no connection to the console").waitFor();
    await page.locator("tr.handshake", { hasText: "gap-2.test" }).waitFor();
    const more = ["before ×3", "gap 2", "gap 2", "gap-2.test"];
    t.same(await sorted(), [...all.filter((text) => text !== "before ×2"), ...more].sort(), "also when it comes back");
    t.equal(await page.locator(".missed").textContent(), "none missed");

    way.before = async () => {
      for (let batch = 0; batch < 3; batch++)
        await sensor.tell(Array.from({ length: 500 }, () => handshake("many.test", {})));
    };
    await way.cut();
    await page.locator("text=500 missed by this page").waitFor();
    t.pass("what can't be had any more is counted");
    t.same(troubles, []);
  },
);

t.test("what waits does not move the list, however much it is", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  await sensor.tell([handshake("first.test", {})]);
  const { page } = await enter(t, console.setupLink ?? "");
  const row = page.locator("tr.handshake", { hasText: "first.test" });
  await row.waitFor();
  const top = async (): Promise<number | undefined> => (await row.boundingBox())?.y;
  const before = await top();
  await page.click("button:text-is('Pause')");
  for (let batch = 0; batch < 3; batch++) {
    await sensor.tell(Array.from({ length: 450 }, () => handshake("busy.test", {})));
    await page.waitForTimeout(250);
  }
  await page.locator("text=1,350 waiting").waitFor();
  await shot(page, "waiting");
  t.equal(await top(), before);
});

t.test("rows stand by the time they show, however late they are told", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  const { page, troubles } = await enter(t, console.setupLink ?? "");
  const at = (name: string, millis: number) => handshake(`${name}.test`, { atMicros: NOW + millis * 1_000 });
  const order = async (): Promise<string[]> =>
    (await page.locator("main tbody tr").allTextContents()).map(
      (text) => /([a-z]+)\.test|told (before ×\d)/.exec(text)?.slice(1).join("") ?? text,
    );
  const told = async (name: string): Promise<void> => page.locator("tr", { hasText: `${name}.test` }).waitFor();
  await sensor.tell([at("third", 620), at("fifth", 900), { ...FINDING, lastMicros: NOW + 700_000 }]);
  await told("fifth");
  await sensor.tell([
    at("first", 79),
    at("fourth", 800),
    at("second", 100),
    { ...FINDING, count: 2, lastMicros: NOW + 999_000 },
  ]);
  await told("second");
  const expected = ["fifth", "fourth", "before ×2", "third", "second", "first"];
  await page.locator("text=told before ×2").waitFor();
  t.same(await order(), expected, "a finding that counts on stays where it is");
  const times = await page.locator("main tbody td.time").allTextContents();
  t.same(times, [...times].sort().reverse(), "the times shown");
  await page.click("button:text-is('Pause')");
  await sensor.tell([at("late", 650), at("latest", 990)]);
  await sensor.tell([at("later", 640)]);
  await page.locator("text=3 waiting").waitFor();
  t.same(await order(), expected, "nothing moves while the list is held");
  await page.click("button:text-is('Resume')");
  await told("later");
  t.same(await order(), ["latest", "fifth", "fourth", "before ×2", "late", "later", "third", "second", "first"]);
  await shot(page, "by-time");
  t.same(troubles, []);
});

const ENDPOINT = {
  ...{ kind: "endpoint", serverAddress: "10.0.0.9", serverPort: 80, service: "safe.test", method: "GET" },
  ...{ template: "/orders", calls: 3, callers: ["10.0.1.1"], callerCount: 1, statuses: { "200": 3 }, credentials: {} },
  ...{ dataClasses: [], requestClasses: {}, responseClasses: {}, requestBodiesRead: 0, responseBodiesRead: 3 },
  ...{ requestContentTypes: [], responseContentTypes: ["application/json"], state: "active", parameters: [] },
  ...{ missingBytes: 0, incompleteCalls: 0, firstMicros: NOW, lastMicros: NOW },
  schemas: { responses: { "200": { type: "object", properties: { "order-number": { type: "string" } } } } },
} as const satisfies EndpointRecord;

t.test(
  "the list of endpoints has what it shows, and an endpoint that is opened all",
  { skip: NO_BROWSER },
  async (t) => {
    const { console, sensor } = await consoleWithSensor(t);
    const gone = { ...ENDPOINT, template: "/gone" };
    await sensor.tell([ENDPOINT, gone]);
    const { page, troubles } = await enter(t, console.setupLink ?? "");
    const listed = page.waitForResponse(/api.endpoints/);
    await page.click('nav button:text-is("Endpoints")');
    const list = await (await listed).text();
    t.match(list, /"template":"\/orders"/);
    t.notMatch(list, /order-number|responseContentTypes/);
    await page.locator("tr", { hasText: "/orders" }).click();
    const detail = page.locator(DETAIL);
    await detail.locator("tr", { hasText: "order-number" }).waitFor();
    t.match(await detail.textContent(), /Answer 200.*order-number.*response content typesapplication\/json/);
    await sensor.tell([{ ...ENDPOINT, callers: ["10.0.1.1", "10.0.1.2"], callerCount: 2 }]);
    await detail.locator("dd", { hasText: "10.0.1.2" }).waitFor();
    t.pass("it is brought up to date with its row");
    t.equal(await page.evaluate(LINE_UNDER_BUTTON), false, "no line runs under the button beside the name");
    await detail.locator("button:text-is('Approve')").click();
    await detail.locator("text=Approved by ada").waitFor();
    const after = page.waitForResponse(/api.endpoints/);
    await page.click('nav button:text-is("Edges")');
    await page.click('nav button:text-is("Endpoints")');
    t.notMatch(await (await after).text(), /order-number|10\.0\.1\.2/, "nor what was known when it was approved");
    console.store.database.exec("DELETE FROM endpoint WHERE identity LIKE '%/gone'");
    await page.locator("tr", { hasText: "/gone" }).click();
    await detail.locator("text=There is no such endpoint any more").waitFor();
    t.same(
      troubles.filter((text) => !/404/.test(text)),
      [],
    );
  },
);

/** Whether the line above a detail's name lies under its button; run in the page. */
const LINE_UNDER_BUTTON = `(() => {
  const [name, button] = ["h3", ".close"].map((one) => document.querySelector("aside.detail " + one));
  const [line, box] = [name.getBoundingClientRect(), button.getBoundingClientRect()];
  const hasLine = getComputedStyle(name).borderTopWidth !== "0px";
  return hasLine && line.top < box.bottom && line.right > box.left;
})()`;
