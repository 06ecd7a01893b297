import { compare } from "../count/tally.js";

const MAX_HOSTS = 8;
const NONE: readonly string[] = [];
/** Answers that say nothing of the host asked for: a scanner gets them for any name. RFC 9110 §15.5.20 has 421. */
const SAYS_NOTHING: ReadonlySet<number> = new Set([0, 400, 404, 421]);

/** Host names by which an endpoint was called and answered: the first eight. Whoever calls chooses them. */
export class HostSet {
  #hosts: readonly string[] = NONE;
  #last: string | undefined = undefined;

  get size(): number {
    return this.#hosts.length;
  }

  /** `service`: names that a fair share of its callers asks for find room, however many others were invented before. */
  note(host: string | undefined, status: number, service: { isInUse(name: string): boolean }): void {
    if (host === this.#last || host === undefined || SAYS_NOTHING.has(status)) return;
    this.#last = host;
    if (this.#hosts.length < MAX_HOSTS) this.add(host);
    else if (!this.#hosts.includes(host) && service.isInUse(host)) {
      const other = this.#hosts.findLast((one) => !service.isInUse(one));
      if (other !== undefined) this.#hosts = this.#hosts.map((one) => (one === other ? host : one));
    }
  }

  add(host: string): void {
    if (this.#hosts.length >= MAX_HOSTS || this.#hosts.includes(host)) return;
    this.#hosts = [...this.#hosts, host];
  }

  merge(other: HostSet): void {
    for (const host of other.#hosts) this.add(host);
  }

  /** In the order in which they came; the same list until there is another. */
  list(): readonly string[] {
    return this.#hosts;
  }

  sorted(): string[] {
    return [...this.#hosts].sort(compare);
  }
}
