import { BlockList, isIP } from "node:net";
import type { Identities, NamedAddress } from "../../identity/identities.js";

/** An operator's word is taken for what it is; a list of a cluster's objects was right when it was written; hosts files grow old. */
const CONFIDENCE = { configured: 1, kubernetes: 0.95, "hosts-file": 0.7 } as const;
const PREFERENCE = ["configured", "kubernetes", "hosts-file"] as const;

/** A name given by files, with what it stands on. */
export interface GivenName {
  readonly name: string;
  readonly ground: NamedAddress["ground"];
  readonly confidence: number;
}

interface Network {
  readonly entry: NamedAddress;
  readonly prefix: number;
  readonly block: BlockList;
}

/** Who is at an address, by what files say. Asked once a service, and again when files change. */
export class IdentityTable {
  readonly #byAddress = new Map<string, NamedAddress[]>();
  readonly #networks: Network[] = [];

  constructor({ named }: Identities) {
    for (const entry of named) {
      if (entry.at.includes("/")) this.#networks.push(networkOf(entry));
      else {
        const address = canonical(entry.at);
        const there = this.#byAddress.get(address);
        if (there === undefined) this.#byAddress.set(address, [entry]);
        else there.push(entry);
      }
    }
    // A stable sort: of two alike the one that stands first in the files.
    this.#networks.sort((a, b) => b.prefix - a.prefix);
  }

  /** Single addresses at which a name stands, sorted; networks are no places that somebody moves to. */
  addressesOf(name: string): string[] {
    const found = [...this.#byAddress].filter(([, entries]) => entries.some((entry) => entry.name === name));
    return found.map(([address]) => address).sort();
  }

  /** Who calls from an address, whatever port it is: a name that is given to some ports alone is of what answers there. */
  host(address: string): string | undefined {
    const all = this.#at(address).filter(({ ports }) => ports === undefined);
    for (const ground of PREFERENCE) {
      const found = all.find((entry) => entry.ground === ground);
      if (found !== undefined) return found.name;
    }
    return undefined;
  }

  /** Single addresses before networks, and of these the smallest first. */
  #at(address: string): NamedAddress[] {
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const exact = this.#byAddress.get(address) ?? [];
    const around = this.#networks.filter(({ block }) => block.check(address, family)).map(({ entry }) => entry);
    return [...exact, ...around];
  }

  /** The surest ground first; then one that names the port, then an address before a network, then what stands first. */
  find(address: string, port: number): GivenName | undefined {
    const all = this.#at(address).filter(({ ports }) => ports === undefined || ports.includes(port));
    for (const ground of PREFERENCE) {
      const fitting = all.filter((entry) => entry.ground === ground);
      const found = fitting.find(({ ports }) => ports !== undefined) ?? fitting[0];
      if (found !== undefined) return { name: found.name, ground, confidence: CONFIDENCE[ground] };
    }
    return undefined;
  }
}

function networkOf(entry: NamedAddress): Network {
  const [address, prefix] = entry.at.split("/");
  const block = new BlockList();
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  block.addSubnet(address, Number(prefix), family);
  return { entry, prefix: Number(prefix) + (family === "ipv4" ? 96 : 0), block };
}

/** As packets' addresses are written (RFC 5952). */
function canonical(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
