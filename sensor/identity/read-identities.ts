import { statSync } from "node:fs";
import { isIP } from "node:net";
import { z } from "zod";
import { CommandError } from "../../shared/command-error.js";
import { type CheckedDocument, checkedDocuments } from "../../shared/config/checked-document.js";
import { keys, list, PORT, some, text } from "../../shared/config/checked-schema.js";
import { ofNamedFile, readNamedFile } from "../../shared/config/named-file.js";
import { isNetwork } from "../../shared/config/network-text.js";
import { plainHost } from "../../shared/host-name.js";
import { readHosts } from "./hosts-file.js";
import type { Identities, NamedAddress } from "./identities.js";
import { readCluster } from "./kubernetes.js";

const SETTING = "identity.files";
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const STRUCTURED = /\.(ya?ml|json)$/i;
const HOST_TO_ROOT = /^[\w.-]+\.$/;
const ADDRESS = "an address such as 10.0.3.7, or a network such as 10.0.3.0/24";
const SERVICES = keys({
  services: list(
    keys({
      name: text("the service's name"),
      address: some(
        z.string(ADDRESS).refine((value) => isIP(value) > 0 || isNetwork(value), ADDRESS),
        ADDRESS,
      ),
      port: some(PORT, "a port from 1 to 65535").optional(),
    }),
    "services",
  ),
});

/**
 * Reads what files say of who is where: services of our own form and objects of Kubernetes in YAML or JSON; every other file is read as
 * hosts(5). Throws CommandError that names the file, the line and the remedy.
 */
export function readIdentities(files: readonly string[]): Identities {
  return { named: files.flatMap((file) => readFile(file)) };
}

/** Changes with every file that is written. Throws CommandError for one that is not there. */
export function signatureOf(files: readonly string[]): string {
  return files.map((file) => ofNamedFile(SETTING, file, () => statSync(file).mtimeMs)).join(" ");
}

function readFile(file: string): NamedAddress[] {
  const { size } = ofNamedFile(SETTING, file, () => statSync(file));
  if (size > MAX_FILE_BYTES)
    throw new CommandError(`identity.files "${file}" has ${size} bytes; allowed: ${MAX_FILE_BYTES}; part it`);
  const content = readNamedFile(SETTING, file).replace(/^\ufeff/, "");
  if (!STRUCTURED.test(file)) return readHosts(content, file);
  return checkedDocuments(content, file).flatMap((document) => readDocument(document));
}

function readDocument(document: CheckedDocument): NamedAddress[] {
  const { value } = document;
  if (typeof value === "object" && value !== null && "kind" in value) return readCluster(document);
  const { services } = document.check(SERVICES, value);
  return services.flatMap(({ name, address, port }) =>
    address.map((at) => ({ name: nameOf(name), ground: "configured" as const, at, ports: port })),
  );
}

/** Only names of hosts end with the dot of the root; any other is told as the operator writes it. */
function nameOf(name: string): string {
  return HOST_TO_ROOT.test(name) ? plainHost(name) : name;
}
