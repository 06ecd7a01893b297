import { BlockList, isIP } from "node:net";
import { plainHost } from "../../../shared/host-name.js";
import type { Identities } from "../../identity/identities.js";

/** Which hosts an operator calls gateways: by address, by network, or by the name of a service. */
export class GatewaySetting {
  readonly names: ReadonlySet<string>;
  readonly #blocks = new BlockList();
  readonly #hasBlocks: boolean;

  /** Files that give a name to addresses make gateways of all that have the name. */
  constructor({ gateways = [], named }: Identities) {
    const isPlace = (text: string): boolean => text.includes("/") || isIP(text) !== 0;
    this.names = new Set(gateways.filter((text) => !isPlace(text)).map(plainHost));
    const places = gateways.filter(isPlace);
    for (const { name, at } of named) if (this.names.has(plainHost(name))) places.push(at);
    for (const place of places) this.#add(place);
    this.#hasBlocks = places.length > 0;
  }

  #add(place: string): void {
    const [address, prefix] = place.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) this.#blocks.addAddress(address, family);
    else this.#blocks.addSubnet(address, Number(prefix), family);
  }

  /** Addresses alone: a virtual network may have the same ones for others. */
  has(place: string): boolean {
    const family = isIP(place);
    return this.#hasBlocks && family !== 0 && this.#blocks.check(place, family === 6 ? "ipv6" : "ipv4");
  }
}
