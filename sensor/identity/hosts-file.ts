import { isIP } from "node:net";
import { CommandError } from "../../shared/command-error.js";
import { plainHost } from "../../shared/host-name.js";
import type { NamedAddress } from "./identities.js";

/** Every host has these for itself. */
const OWN_NAMES = /^(localhost|ip6-|broadcasthost)/;

/** Reads hosts(5): an address, its name and its aliases on a line. The first name counts. Throws CommandError with file and line. */
export function readHosts(text: string, file: string): NamedAddress[] {
  const named: NamedAddress[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [at, name] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (at === "") continue;
    const place = `${file}:${index + 1}:1`;
    if (isIP(at) === 0)
      throw new CommandError(
        `${place}: ${JSON.stringify(at)} is no address; allowed: lines of an address and its name`,
      );
    if (name === undefined)
      throw new CommandError(`${place}: ${at} has no name; allowed: lines of an address and its name`);
    if (!OWN_NAMES.test(name)) named.push({ name: plainHost(name), ground: "hosts-file", at, ports: undefined });
  }
  return named;
}
