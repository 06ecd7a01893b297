import { existsSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import t from "tap";
import { freePort } from "./support/console.js";
import { IS_ROOT } from "./support/namespaces.js";
import { Running, run, temporaryFolder } from "./support/program.js";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
const ORIGIN = fileURLToPath(new URL("./support/origin.js", import.meta.url));
const SKIP = !IS_ROOT ? "SKIPPED: capturing needs root" : CHROMIUM === undefined ? "SKIPPED: no Chromium here" : false;

/** Where screenshots go that a person wants to look at. */
const SHOTS = process.env.SHOTS;

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

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
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  t.teardown(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || /Content Security Policy/.test(message.text())) troubles.push(message.text());
  });
  page.on("dialog", (dialog) => {
    troubles.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.setDefaultTimeout(15_000);

  await page.goto(link);
  await page.fill("input[name=user]", "ada");
  await page.fill("input[name=password]", "a long enough password");
  await page.click("button[type=submit]");
  await page.waitForSelector("text=1 sensor watching");
  t.pass("the one-time link makes the first operator");

  await ask(port, "/orders/4711");
  const row = page.locator("tr.call", { hasText: "/orders/4711" });
  await row.waitFor();
  t.match(await row.textContent(), /orders\.test.*GET.*\/orders\/4711.*200.*basic/);
  await page.locator("tr.finding", { hasText: "Basic credentials cross the network" }).waitFor();
  await shot(page, "feed");

  await row.click();
  const detail = page.locator("aside.detail");
  t.match(await detail.textContent(), /flow id.*[0-9a-f]{16}.*template\/orders\/\{orderId\}/s);
  await shot(page, "detail");
  await detail.locator("button").click();

  for (const path of ["/orders/missing", "/<script>alert(1)</script>", "/<img src=x onerror=alert(2)>"])
    await ask(port, encodeUnsafe(path));
  await page.locator("tr.call", { hasText: "/orders/missing" }).waitFor();
  await page.fill("input[aria-label=Status]", "4xx");
  t.equal(await page.locator("tr.call").count(), 1, "filtered by status");
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
  await page.waitForSelector("button:has-text('Resume (5 waiting)')");
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
