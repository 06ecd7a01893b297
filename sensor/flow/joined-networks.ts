import { isMirror, networkName } from "../decode/virtual-network.js";

/** Each network beyond it stays one by itself. */
const MAX_JOINED = 4_096;

/**
 * Which virtual networks are known to show the same connections: a mirror session at each end, or a network seen before and behind a router.
 * Once one connection has proved it, rows of all of them have the name of the one that was told first.
 */
export class JoinedNetworks {
  readonly counters = { networks_joined: 0, networks_not_joined: 0 };
  /** The network under whose name each is told; that one itself as well. Older ones come first. */
  readonly #named = new Map<number, number>();
  /** Those seen outside of their tunnels as well: this host's, whose addresses are its own. As many as a host has. */
  readonly #own = new Set<number>();

  areOne(one: number, other: number): boolean {
    if (one === other || (isMirror(one) && isMirror(other))) return true;
    const named = this.#named.get(one);
    return named !== undefined && named === this.#named.get(other);
  }

  /** Whether another is known to show the same. */
  isJoined(network: number): boolean {
    return this.#named.size > 0 && this.#named.has(network);
  }

  isOwn(network: number): boolean {
    return this.#own.size > 0 && this.#own.has(this.#nameGiver(network));
  }

  own(network: number): void {
    this.#own.add(this.#nameGiver(network));
  }

  /** `told` has been told of; `other` may have been. */
  join(told: number, other: number): void {
    if (this.areOne(told, other)) return;
    if (this.#named.size + 2 > MAX_JOINED) {
      this.counters.networks_not_joined++;
      return;
    }
    this.counters.networks_joined++;
    const isOwn = this.isOwn(told) || this.isOwn(other);
    const [older, younger] = this.#isOlder(other, told) ? [other, told] : [told, other];
    const [giver, taker] = [this.#nameGiver(older), this.#nameGiver(younger)];
    this.#named.set(giver, giver);
    for (const [network, named] of this.#named) if (named === taker) this.#named.set(network, giver);
    this.#named.set(taker, giver);
    if (isOwn) this.#own.add(giver);
  }

  /** Undefined where whose addresses these are need not be said. */
  nameOf(network: number): string | undefined {
    return network === 0 || this.isOwn(network) ? undefined : networkName(this.#nameGiver(network));
  }

  #isOlder(one: number, other: number): boolean {
    if (!this.#named.has(one)) return false;
    if (!this.#named.has(other)) return true;
    const givers = [this.#nameGiver(one), this.#nameGiver(other)];
    for (const network of this.#named.keys()) if (givers.includes(network)) return network === givers[0];
    return false;
  }

  #nameGiver(network: number): number {
    return this.#named.get(network) ?? network;
  }
}
