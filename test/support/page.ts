import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { PATIENCE_MILLIS } from "./program.js";

export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
export const NO_BROWSER = CHROMIUM === undefined ? "SKIPPED: no Chromium here" : false;

/** What is told of an opened row, once all of it was read. */
export const DETAIL = "aside.detail[aria-busy=false]";

/** Where screenshots go that a person wants to look at. */
const SHOTS = process.env.SHOTS;

export async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** A page at which the first operator was made, and what must not happen on it. */
export async function enter(
  t: { teardown(action: () => Promise<void>): void },
  link: string,
  prepare: (page: Page) => Promise<void> = async () => undefined,
): Promise<{ page: Page; troubles: readonly string[] }> {
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
  page.setDefaultTimeout(PATIENCE_MILLIS);
  await prepare(page);
  await page.goto(link);
  await page.fill("input[name=user]", "ada");
  await page.fill("input[name=password]", "a long enough password");
  await page.click("button[type=submit]");
  return { page, troubles };
}
