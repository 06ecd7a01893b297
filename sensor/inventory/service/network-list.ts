import { BlockList, type IPVersion } from "node:net";
import type { Scope } from "../../../shared/event.js";

const MAX_KNOWN = 65_536;

/** The networks that are ours. */
export class NetworkList {
  /** Each address is an end of many edges, and asking the list takes 4 µs. Bounded; then begun anew. */
  readonly #known = new Map<string, boolean>();
  readonly #blocks = new BlockList();

  /** Each in CIDR form, checked before. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address, prefix] = network.split("/");
      this.#blocks.addSubnet(address, Number(prefix), familyOf(address));
    }
  }

  /** East-west where both ends are ours. */
  scope(client: string, server: string): Scope {
    return this.#has(client) && this.#has(server) ? "east-west" : "north-south";
  }

  #has(address: string): boolean {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const isOurs = this.#blocks.check(address, familyOf(address));
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(address, isOurs);
    return isOurs;
  }
}

/** Of an address known to be one: `isIP` compiles an expression for that, which takes 5 ms of every start. */
function familyOf(address: string): IPVersion {
  return address.includes(":") ? "ipv6" : "ipv4";
}
