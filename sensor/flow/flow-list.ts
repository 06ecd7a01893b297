import type { TcpFlow } from "./tcp-flow.js";

/** All open flows: in a list, and in buckets by the hash of their ends. */
export class FlowList {
  readonly all: TcpFlow[] = [];
  #buckets: (TcpFlow | undefined)[] = new Array(1_024).fill(undefined);

  /** Of those whose hash may be this one; the others follow in `nextInBucket`, the latest first. */
  firstOf(hash: number): TcpFlow | undefined {
    return this.#buckets[hash & (this.#buckets.length - 1)];
  }

  add(flow: TcpFlow): void {
    if (this.all.length >= this.#buckets.length) this.#grow();
    this.#link(flow);
    flow.index = this.all.length;
    this.all.push(flow);
  }

  remove(flow: TcpFlow): void {
    this.#unlink(flow);
    const last = this.all.pop();
    if (last !== undefined && last !== flow) {
      this.all[flow.index] = last;
      last.index = flow.index;
    }
    flow.index = -1;
  }

  #link(flow: TcpFlow): void {
    const bucket = flow.hash & (this.#buckets.length - 1);
    flow.nextInBucket = this.#buckets[bucket];
    this.#buckets[bucket] = flow;
  }

  #unlink(flow: TcpFlow): void {
    const bucket = flow.hash & (this.#buckets.length - 1);
    let before: TcpFlow | undefined;
    let at = this.#buckets[bucket];
    while (at !== flow && at !== undefined) {
      before = at;
      at = at.nextInBucket;
    }
    if (before === undefined) this.#buckets[bucket] = flow.nextInBucket;
    else before.nextInBucket = flow.nextInBucket;
    flow.nextInBucket = undefined;
  }

  #grow(): void {
    this.#buckets = new Array(this.#buckets.length * 2).fill(undefined);
    for (const flow of this.all) this.#link(flow);
  }
}
