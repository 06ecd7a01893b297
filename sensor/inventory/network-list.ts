import { BlockList, isIP } from "node:net";
import type { Scope } from "../../shared/event.js";

/** The networks that are ours. */
export class NetworkList {
  readonly #blocks = new BlockList();

  /** Each in CIDR form, checked before. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address, prefix] = network.split("/");
      this.#blocks.addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
    }
  }

  /** East-west where both ends are ours. */
  scope(client: string, server: string): Scope {
    return this.#has(client) && this.#has(server) ? "east-west" : "north-south";
  }

  #has(address: string): boolean {
    return this.#blocks.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  }
}
