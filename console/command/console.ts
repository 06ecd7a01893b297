import { pino } from "pino";
import type { Settings } from "../../shared/config/settings.js";
import { ServiceNotify } from "../../shared/service-notify.js";
import { ensureSigningKeyOrWarn, signingKeyFile } from "../../shared/signing-key.js";
import { VERSION } from "../../shared/version.js";
import { ConsoleServer } from "../http/server.js";

/** Runs until it is told to end. Throws CommandError where it can't begin. */
export async function runConsole(settings: Settings): Promise<number> {
  const log = pino({ level: settings.log.level, base: null }, pino.destination({ dest: 2, sync: true }));
  // Before anything is said: who reads the link may end the console at once.
  const isToldToEnd = new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  const keyFile = signingKeyFile(settings.evidence.keyFile, settings.console.database);
  const documents = { keyFile, workloadsFile: settings.report.workloadsFile };
  const server = new ConsoleServer({ ...settings.console, documents }, log);
  ensureSigningKeyOrWarn(keyFile, (text) => log.warn(text));
  await server.listen();
  log.info(`eastwatch ${VERSION} console at ${server.url}; data in ${settings.console.database}`);
  const { setupLink } = server;
  if (setupLink !== undefined)
    process.stdout.write(`No operator yet. Open this link once to make the first:\n${setupLink}\n`);
  const notify = new ServiceNotify();
  notify.ready(() => true);
  await isToldToEnd;
  notify.stopping();
  log.info("ends");
  await server.close();
  return 0;
}
