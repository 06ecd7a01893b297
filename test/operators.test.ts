import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import t from "tap";
import WebSocket from "ws";
import type { OperatorInvited, OperatorListing, ReviewHistory } from "../console/api.js";
import type { ConsoleServer } from "../console/http/server.js";
import { Operators } from "../console/store/operators.js";
import { hashToken } from "../console/store/sensor-tokens.js";
import { CHROMIUM, enter, NO_BROWSER, shot } from "./support/page.js";
import { run, temporaryFolder } from "./support/program.js";
import { told } from "./support/reviewed.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor } from "./support/teller.js";

const PASSWORD = "a long enough password";

/** Asks as whoever the cookie is of. */
function asking(console: ConsoleServer) {
  const ask = (method: string, path: string, body?: object, cookie = ""): Promise<Response> =>
    fetch(console.url + path, {
      method,
      headers: {
        ...{ "x-requested-with": "eastwatch", cookie },
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const setUp = async (token: string, user: string, password = PASSWORD) => {
    const answer = await ask("POST", "/api/setup", { token, user, password });
    return { code: answer.status, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] };
  };
  const listing = async (cookie: string) =>
    (await (await ask("GET", "/api/operators", undefined, cookie)).json()) as OperatorListing;
  const invite = async (name: string, cookie: string) => {
    const answer = await ask("POST", "/api/operators", { name }, cookie);
    return { code: answer.status, token: answer.ok ? ((await answer.json()) as OperatorInvited).token : "" };
  };
  return { ask, setUp, listing, invite };
}

t.test("an operator invites another by a link that holds once, and for a day", async (t) => {
  const { console } = await consoleWithSensor(t);
  const { ask, setUp, listing, invite } = asking(console);
  const { database } = console.store;
  const first = new URL(console.setupLink ?? "").hash.slice("#setup=".length);
  t.equal((await setUp(first, "a\u202eda")).code, 400, "a name that turns itself around");
  // Whoever is first is first, however many open the link at one time.
  const begun = await Promise.all(["ada", "eve"].map((user) => setUp(first, user)));
  t.same(begun.map(({ code }) => code).sort(), [204, 403]);
  const { cookie: ada } = begun.find(({ code }) => code === 204) ?? begun[0];
  const [{ name: founder }] = (await listing(ada)).items;
  t.equal((await ask("POST", "/api/operators", { name: "bob" })).status, 401);
  t.equal((await ask("GET", "/api/operators")).status, 401);
  t.equal((await ask("DELETE", `/api/operators?name=${founder}`)).status, 401);
  t.equal((await fetch(`${console.url}/api/operators`, { method: "POST", headers: { cookie: ada } })).status, 403);
  for (const [name, code] of [
    [founder.toUpperCase(), 409],
    ["", 400],
    [" bob", 400],
    ["x".repeat(65), 400],
  ] as const)
    t.equal((await invite(name, ada)).code, code, `"${name}"`);

  const old = await invite("bob", ada);
  const { token } = await invite("bob", ada);
  t.match((await listing(ada)).links, [{ name: "bob", purpose: "add", by: founder }]);
  t.equal((await setUp(old.token, "bob")).code, 403, "a later link takes the place of the one before");
  t.equal((await setUp(token, "mallory")).code, 400, "it is for whom it was made");
  t.equal((await setUp(token, "bob", "short")).code, 400);
  const twice = await Promise.all([setUp(token, "bob"), setUp(token, "bob")]);
  t.same(twice.map(({ code }) => code).sort(), [204, 403], "once");
  const { cookie: bob } = twice.find(({ code }) => code === 204) ?? twice[0];
  t.match(await (await ask("GET", "/api/session", undefined, bob)).json(), { user: "bob" });
  const late = (await invite("carol", bob)).token;
  database.prepare("UPDATE operator_link SET expires_micros = 1 WHERE token_hash = ?").run(hashToken(late));
  t.equal((await setUp(late, "carol")).code, 403, "not when it is too old");
  t.notOk(JSON.stringify(database.prepare("SELECT * FROM operator_link").all()).includes(late), "it is kept hashed");
  t.match((await listing(bob)).items, [
    { name: founder, addedBy: "", lastLoginMicros: Number },
    { name: "bob", addedBy: founder, lastLoginMicros: Number, removed: undefined },
  ]);
  t.equal((await listing(bob)).links.length, 0);
  let last = 0;
  for (let attempt = 0; attempt < 12; attempt++) last = (await invite(`n${attempt}`, bob)).code;
  t.equal(last, 429, "a script that runs wild is slowed down");
});

t.test("an operator who knows the own password changes it, which ends all other sessions", async (t) => {
  const { console } = await consoleWithSensor(t);
  const { ask, setUp, listing, invite } = asking(console);
  const { cookie: ada } = await setUp(new URL(console.setupLink ?? "").hash.slice("#setup=".length), "ada");
  const { cookie: bob } = await setUp((await invite("bob", ada)).token, "bob");
  const logIn = async (user: string, password: string) => {
    const answer = await ask("POST", "/api/login", { user, password });
    return { code: answer.status, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] };
  };
  const { cookie: elsewhere } = await logIn("ada", PASSWORD);
  const next = "another long password";
  const change = async (body: object, cookie = ada) => (await ask("POST", "/api/password", body, cookie)).status;
  t.equal(await change({ old: PASSWORD, password: next }, ""), 401);
  t.equal(await change({ old: PASSWORD, password: "short" }), 400);
  t.equal(await change({ old: PASSWORD }), 400);
  t.equal(await change({ old: "x".repeat(257), password: next }), 400);
  t.equal(await change({ old: next, password: next }), 403);
  t.equal((await ask("GET", "/api/endpoints", undefined, elsewhere)).status, 200, "nothing happened so far");
  const link = new Operators(console.store.database, 1).renew("ada", "");
  t.equal(await change({ old: PASSWORD, password: next }), 204);
  t.equal((await ask("GET", "/api/endpoints", undefined, ada)).status, 200, "this session goes on");
  t.equal((await ask("GET", "/api/endpoints", undefined, elsewhere)).status, 401);
  t.equal((await ask("GET", "/api/endpoints", undefined, bob)).status, 200);
  t.same([(await logIn("ada", PASSWORD)).code, (await logIn("ada", next)).code], [401, 204]);
  t.equal((await logIn("bob", PASSWORD)).code, 204);
  t.equal((await setUp(link, "ada")).code, 403, "a link for another password holds no more");
  t.equal((await listing(ada)).links.length, 0);
  const codes: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) codes.push(await change({ old: `guess ${attempt}`, password: next }));
  t.equal(codes.at(-1), 429, "whoever guesses is slowed down as at the login");
});

t.test("removing an operator ends the sessions, keeps the name, and never leaves nobody", async (t) => {
  const { console } = await consoleWithSensor(t);
  const { ask, setUp, listing, invite } = asking(console);
  const { cookie: ada } = await setUp(new URL(console.setupLink ?? "").hash.slice("#setup=".length), "ada");
  const { cookie: bob } = await setUp((await invite("bob", ada)).token, "bob");
  const feed = new WebSocket(`${console.url.replace("http", "ws")}/api/feed`, {
    headers: { cookie: bob, origin: console.url },
  });
  await once(feed, "open");
  const over = once(feed, "close");
  t.equal((await ask("DELETE", "/api/operators?name=nobody", undefined, ada)).status, 404);
  t.equal((await ask("DELETE", "/api/operators?name=bob", undefined, ada)).status, 204);
  t.equal((await over)[0], 1008, "what was open is closed");
  t.equal((await ask("GET", "/api/endpoints", undefined, bob)).status, 401);
  t.equal((await ask("POST", "/api/login", { user: "bob", password: PASSWORD })).status, 401);
  t.match((await listing(ada)).items, [{ name: "ada" }, { name: "bob", removed: { by: "ada" } }]);
  t.equal((await invite("Bob", ada)).code, 409, "another of that name would pass for who wrote the history");
  t.equal((await ask("DELETE", "/api/operators?name=ada", undefined, ada)).status, 409, "not the last one");
  t.equal((await invite("carol", ada)).code, 201);
  t.equal((await ask("DELETE", "/api/operators/link?name=carol", undefined, ada)).status, 204);
  t.equal((await ask("DELETE", "/api/operators/link?name=carol", undefined, ada)).status, 404);
});

t.test(
  "on the console's host operators are listed, invited, removed, and given a link for a lost password",
  async (t) => {
    const { console } = await consoleWithSensor(t);
    const { ask, setUp } = asking(console);
    const database = console.store.database.name;
    const { host } = new URL(console.url);
    const operator = (...parameters: string[]) =>
      run(["operator", ...parameters, "--database", database, "--listen", host]);
    const linkOf = (out: string) => {
      t.match(out, new RegExp(`^http://${host}/#setup=[\\w-]{32}&user=\\w+\\n$`));
      return new URLSearchParams(new URL(out.trim()).hash.slice(1)).get("setup") ?? "";
    };
    t.match(operator("list"), {
      code: 0,
      out: "",
      error: /^eastwatch: no operator yet; `eastwatch operator add NAME`/,
    });
    t.match(operator("link", "eve"), { code: 2, error: /There is no operator called "eve"; there is none yet\n/ });
    t.equal((await setUp(linkOf(operator("add", "ada").out), "ada")).code, 204, "also the first");
    const { cookie: bob } = await setUp(linkOf(operator("add", "bob").out), "bob");
    t.match(operator("add", "ADA"), { code: 2, error: /^eastwatch: There is an operator called "ada" already/ });
    t.match(operator("link", "eve"), { code: 2, error: /There is no operator called "eve"; there are ada, bob\n/ });
    t.match(operator("link"), { code: 2, error: "eastwatch: operator link needs the operator's name\n" });
    t.match(operator("promote", "bob"), { code: 2 });
    t.match(operator("list", "bob"), {
      code: 2,
      error: 'operator list takes no name, and was given "bob": it lists all\n',
    });
    linkOf(operator("add", "carl").out);
    t.same(operator("remove", "carl"), { code: 0, out: "took back the link of carl\n", error: "" });
    t.notMatch(operator("list").out, "carl");

    const link = linkOf(operator("link", "bob").out);
    t.equal((await ask("GET", "/api/session", undefined, bob)).status, 200);
    t.equal(
      (await ask("POST", "/api/login", { user: "bob", password: PASSWORD })).status,
      204,
      "the old holds until then",
    );
    t.match(operator("list").out, /bob\tlink for another password on the console's host, until 20.*Z\n$/);
    t.equal((await setUp(link, "bob", "quite another password")).code, 204);
    t.equal((await ask("GET", "/api/endpoints", undefined, bob)).status, 401, "sessions of before are over");
    t.equal((await ask("POST", "/api/login", { user: "bob", password: PASSWORD })).status, 401);
    t.equal((await ask("POST", "/api/login", { user: "bob", password: "quite another password" })).status, 204);
    t.match(operator("remove", "bob"), { code: 0, out: "removed bob\n" });
    t.match(operator("remove", "ada"), { code: 2, error: /"ada" is the last operator/ });
    t.match(
      operator("list").out,
      /^ada\tsince .*, last login .*\nbob\tsince .*, removed 20.*Z on the console's host\n$/,
    );
  },
);

t.test("a console's file that is not there is none to ask, and one that is made is told", (t) => {
  const absent = join(temporaryFolder(t), "typo.sqlite");
  for (const parameters of [["list"], ["link", "bob"], ["remove", "bob"]])
    t.same(run(["operator", ...parameters, "--database", absent]), {
      code: 2,
      out: "",
      error: `eastwatch: console.database "${absent}" is not there; name the console's own, as --database or --config named it to the console\n`,
    });
  t.notOk(existsSync(absent));
  const made = { code: 0, error: `eastwatch: console.database "${absent}" was not there and is made; a console has` };
  t.match(run(["add-sensor", "node-1", "--database", absent]), made);
  t.equal(run(["add-sensor", "node-2", "--database", absent]).error, "");
  t.end();
});

/** A session of its own, as another person has it. */
async function opened(browser: Browser, link: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1_280, height: 800 } })).newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(link);
  return page;
}

t.test(
  "two operators review one endpoint at the same time, and neither's word is lost",
  { skip: NO_BROWSER },
  async (t) => {
    const scene = new Scene();
    scene.get("/orders").get("/stock");
    const { console, sensor } = await consoleWithSensor(t);
    await sensor.tell(told(scene));
    const { page: ada, troubles } = await enter(t, console.setupLink ?? "");
    await ada.click('nav button:text-is("Operators")');
    const own = ada.locator("form[aria-label='Your password']");
    const secrets = async (...texts: readonly string[]): Promise<void> => {
      for (const [at, text] of texts.entries()) await own.locator("input").nth(at).fill(text);
      await own.locator("button").click();
    };
    await secrets("not the old password", "another long password", "another long password");
    await own.locator("text=The old password is not right.").waitFor();
    await secrets("a long enough password", "another long password", "yet another password");
    await own.locator("text=stands there in two ways").waitFor();
    await secrets("a long enough password", "another long password", "another long password");
    await own.locator("text=Changed; your other sessions have ended.").waitFor();
    await shot(ada, "operators-password");
    await ada.fill("input[aria-label='Name of a new operator']", "bob");
    await ada.click("button:text-is('Invite')");
    const link = (await ada.locator("code.token").textContent()) ?? "";
    await ada.locator("text=bob: invited by ada").waitFor();
    await shot(ada, "operators-invited");
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
    t.teardown(() => browser.close());
    const bob = await opened(browser, link);
    t.equal(await bob.inputValue("input[name=user]"), "bob");
    await shot(bob, "operators-link");
    await bob.fill("input[name=password]", PASSWORD);
    await bob.click("button:text-is('Set password')");

    const panelOf = async (page: Page) => {
      await page.click('nav button:text-is("Endpoints")');
      await page.locator("main tbody tr", { hasText: "/orders" }).click();
      const panel = page.locator("section[aria-label=Review]");
      await panel.locator("input[name=owner]").waitFor();
      return panel;
    };
    const [hers, his] = [await panelOf(ada), await panelOf(bob)];
    await hers.locator("input[name=owner]").fill("payments");
    await his.locator("input[name=owner]").fill("orders");
    await his.locator("button:text-is('Save')").click();
    await hers.locator("text=1 entry in its history").waitFor();
    t.equal(await hers.locator("input[name=owner]").inputValue(), "payments", "what she wrote stays");
    await hers.locator("button:text-is('Save')").click();
    await hers.locator(".since-shown li", { hasText: "bob: owner: orders" }).waitFor();
    await shot(ada, "review-refused");
    await hers.locator("button:text-is('Save')").click();
    await his.locator("text=2 entries in its history").waitFor();
    await hers.locator("summary").click();
    const words = await hers.locator(".history li").allTextContents();
    t.match(words, [/ada owner: payments$/, /bob owner: orders$/]);

    // What is shown is held up, so that his click is on what is not so any more.
    await bob.route("**/api/endpoint*", (route) => route.abort());
    await sensor.tell(told(scene.get("/orders", { client: "10.0.0.9" })));
    await his.locator("button:text-is('Approve')").click();
    await his.locator(".since-shown li", { hasText: "new callers: 10.0.0.9" }).waitFor();
    await shot(bob, "review-approve-refused");
    await bob.unroute("**/api/endpoint*");
    await sensor.tell(told(scene.get("/stock")));
    await bob.waitForTimeout(1_500);
    await his.locator("button:text-is('Approve')").click();
    await hers.locator("text=Approved by bob").waitFor();

    await ada.click('nav button:text-is("Operators")');
    const row = ada.locator("table[aria-label=Operators] tbody tr", { hasText: "bob" });
    await row.locator("button:text-is('Remove')").click();
    await row.locator("button:text-is('Yes, remove bob')").click();
    await row.locator("text=by ada").first().waitFor();
    await bob.locator("text=Your session has ended.").waitFor();
    await shot(ada, "operators");
    const key = console.store.reviews.list(10, 1).items.find(({ template }) => template === "/orders")?.key ?? "";
    const { entries } = console.store.reviews.history(key) as ReviewHistory;
    t.strictSame(
      entries.map(({ by, action, text }) => [by, action, text]),
      [
        ["bob", "approve", undefined],
        ["ada", "own", "payments"],
        ["bob", "own", "orders"],
      ],
      "the history keeps what was said by whoever is there no more",
    );
    t.equal(await ada.evaluate("document.documentElement.scrollWidth"), 1_280, "nothing hangs over the page's edge");
    t.same(
      troubles.filter((text) => !/409|403/.test(text)),
      [],
    );
  },
);
