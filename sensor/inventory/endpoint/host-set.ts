import { DistinctCount } from "../count/distinct-count.js";
import { MostUsed, type MostUsedState } from "../count/most-used.js";

/** Those that are told, and those that are counted so that a name which comes late can come to be told. */
const MAX_TOLD = 8;
const MAX_COUNTED = 16;
/** Answers that say nothing of the host asked for: a scanner gets them for any name. RFC 9110 §15.5.20 has 421. */
const SAYS_NOTHING: ReadonlySet<number> = new Set([0, 400, 404, 421]);

export interface HostSetState {
  readonly counted: MostUsedState;
  /** Marks of all there were; left out where all of them are counted. */
  readonly all?: string;
}

/** Host names by which an endpoint was called and answered: those used most, for whoever calls chooses them. */
export class HostSet {
  readonly #hosts = new MostUsed(MAX_COUNTED);
  #all: DistinctCount | undefined = undefined;
  /** Calls were answered whose host was not read, or that named none: they may have been for any. */
  hasUnnamed = false;

  get size(): number {
    return this.#hosts.size;
  }

  /** Another number whenever others are in the list than before. */
  get version(): number {
    return this.#hosts.version;
  }

  note(host: string | undefined, status: number): void {
    if (host !== undefined && !SAYS_NOTHING.has(status)) this.#add(host, 1, 0);
  }

  noteUnnamed(status: number): void {
    if (!SAYS_NOTHING.has(status)) this.hasUnnamed = true;
  }

  #add(host: string, times: number, unsure: number): void {
    const { version } = this.#hosts;
    const gone = this.#hosts.add(host, times, unsure);
    if (this.#hosts.version === version) return;
    if (gone !== undefined) this.#all ??= new DistinctCount().addAll(this.#hosts.list()).addAll([gone]);
    this.#all?.add(host);
  }

  merge(other: HostSet): void {
    this.hasUnnamed ||= other.hasUnnamed;
    for (const [host, count, unsure] of other.#hosts.state()) this.#add(host, count, unsure);
    if (other.#all === undefined) return;
    this.#all ??= new DistinctCount().addAll(this.#hosts.list());
    this.#all.merge(other.#all);
  }

  /** All that are counted, in the order in which they came to be. */
  list(): readonly string[] {
    return this.#hosts.list();
  }

  /** Most used first, and about how many there were beside these; nothing where it was called by address alone. */
  record(): { readonly hosts?: string[]; readonly moreHosts?: number } {
    if (this.#hosts.size === 0) return {};
    const hosts = this.#hosts.texts().slice(0, MAX_TOLD);
    const all = Math.max(this.#hosts.size, Math.round(this.#all?.estimate() ?? 0));
    return all > hosts.length ? { hosts, moreHosts: all - hosts.length } : { hosts };
  }

  /** Undefined where the record says it all: there is one, and all calls asked for that. */
  state(): HostSetState | undefined {
    if (this.#hosts.size < 2) return undefined;
    const counted = this.#hosts.state();
    return this.#all === undefined ? { counted } : { counted, all: this.#all.state() };
  }

  /** `hosts` and `calls` of the record; files of before have no state, and say not how often each was called. */
  restore(hosts: readonly string[], calls: number, state: HostSetState | undefined): void {
    if (state === undefined) for (const host of hosts) this.#hosts.add(host, hosts.length > 1 ? 1 : calls);
    else this.#hosts.restore(state.counted);
    if (state?.all !== undefined) this.#all = new DistinctCount().restore(state.all);
  }
}
