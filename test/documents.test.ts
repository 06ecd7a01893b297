import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { ConsoleServer } from "../console/http/server.js";
import { DOCUMENT_FORMATS } from "../shared/document-format.js";
import type { EndpointRecord, ServiceRecord } from "../shared/event.js";
import { startConsole } from "./support/console.js";
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
  return { ...record, service, hosts: [service], serverAddress: `10.0.0.${service.length}`, serverPort: 8443 };
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
  const { items } = listed as { items: readonly { key: string; version: string; sensor: string }[] };
  t.same(items.map(({ sensor }) => sensor).sort(), ["node-1", "node-2"]);
  const shown = items.find(({ sensor }) => sensor === "node-2");
  let version = shown?.version;
  const untilMicros = Date.now() * 1_000 + 86_400e6;
  for (const action of [
    { action: "approve" },
    { action: "own", text: "ledger team" },
    { action: "tag", tags: ["money"] },
    { action: "note", text: "asked on Monday" },
    { action: "deprecate", untilMicros },
    { action: "ignore", untilMicros },
  ]) {
    const body = JSON.stringify({ key: shown?.key, version, ...action });
    const answer = await fetch(`${base}/api/reviews`, { method: "POST", headers, body });
    const made = await answer.text();
    t.equal(answer.status, 200, `${action.action}: ${made}`);
    version = (JSON.parse(made) as { version: string }).version;
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
  t.match(page, /to go away by 20.* \(ada, .*ignored until 20.* \(ada, /);
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
  const cut =
    "[...document.querySelectorAll('.menu-panel, .menu-panel *')].filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)";
  t.same(await page.evaluate(`${cut}.map((e) => e.textContent)`), [], "every description can be read to its end");
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
