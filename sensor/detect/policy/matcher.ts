import { BlockList, isIP } from "node:net";
import { plainHost } from "../../../shared/host-name.js";
import { matchesGlob } from "./glob.js";
import type { ClientMatch, ServerMatch } from "./policy.js";

/** One connection's ends as expectations see them. Names in lower case. */
export interface Ends {
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly service: string;
  readonly name: string;
  readonly clientAddress: string;
  readonly clientService: string | undefined;
}

export type Matcher = (ends: Ends) => boolean;

export function serverMatcher({ service, network, port, name }: ServerMatch): Matcher {
  const tests: Matcher[] = [];
  if (port !== undefined) tests.push((ends) => port.includes(ends.serverPort));
  if (network !== undefined) {
    const holds = networkTest(network);
    tests.push((ends) => holds(ends.serverAddress));
  }
  if (service !== undefined) {
    const fits = globTest(service);
    tests.push((ends) => fits(ends.service));
  }
  if (name !== undefined) {
    const fits = globTest(name);
    tests.push((ends) => fits(ends.name));
  }
  return allOf(tests);
}

export function clientMatcher({ service, network }: ClientMatch = {}): Matcher {
  const tests: Matcher[] = [];
  if (network !== undefined) {
    const holds = networkTest(network);
    tests.push((ends) => holds(ends.clientAddress));
  }
  if (service !== undefined) {
    const fits = globTest(service);
    tests.push((ends) => ends.clientService !== undefined && fits(ends.clientService));
  }
  return allOf(tests);
}

export function allOf(tests: readonly Matcher[]): Matcher {
  return (ends) => tests.every((test) => test(ends));
}

export function anyOf(tests: readonly Matcher[]): Matcher {
  return (ends) => tests.some((test) => test(ends));
}

function globTest(globs: readonly string[]): (text: string) => boolean {
  const patterns = globs.map(plainHost);
  return (text) => patterns.some((pattern) => matchesGlob(pattern, text));
}

function networkTest(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address, prefix] = network.split("/");
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
