import { join } from "node:path";
import type { ClientOrder, ClientStack } from "../stack.js";
import { missingPrograms } from "./presence.js";

/** Chromium without a certificate: what it adds is ALPS, GREASE, a padded ECH and post-quantum key shares. */
export const chromiumClient: ClientStack = {
  name: "chromium",
  versions: ["1.2", "1.3"],
  keys: ["rsa", "ec"],
  certificates: [],
  alpn: ["h2"],
  missing: () => missingPrograms("chromium"),
  // The page and the icon it asks for come over connections of their own; the later one resumes.
  commands: (order) => [{ argv: argvOf(order) }],
};

function argvOf({ folder, address, name, port, version }: ClientOrder): string[] {
  return ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--no-first-run", "--ignore-certificate-errors", `--user-data-dir=${join(folder, "profile")}`,
    `--ssl-version-max=tls${version}`, `--host-resolver-rules=MAP ${name} ${address}`, "--virtual-time-budget=1500", "--dump-dom",
    `https://${name}:${port}/`]; // biome-ignore format: one command line
}
