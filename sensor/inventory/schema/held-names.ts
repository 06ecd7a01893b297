import { createHash } from "node:crypto";

const MAX_HELD = 64;
const KEY_LENGTH = 16;

/** Whether a name has spaces, or letters that names of programs do not have: it may be a value in a name's place. */
export function isWorded(name: string): boolean {
  return /[^!-~]/.test(name);
}

/** What stands under names of which nobody knows yet whether they are values: by a hash of each, and none of them is kept. */
export class HeldNames<T> {
  #held: Map<string, T> | undefined = undefined;

  get size(): number {
    return this.#held?.size ?? 0;
  }

  get isFull(): boolean {
    return this.size >= MAX_HELD;
  }

  find(name: string): T | undefined {
    return this.#held === undefined || !isWorded(name) ? undefined : this.#held.get(keyOf(name));
  }

  /** What stands there, made where there is nothing; undefined where nothing can be made. */
  of(name: string, make: () => T | undefined): T | undefined {
    this.#held ??= new Map();
    const key = keyOf(name);
    const node = this.#held.get(key) ?? make();
    if (node !== undefined) this.#held.set(key, node);
    return node;
  }

  /** It is held no longer. */
  let(name: string): void {
    this.#held?.delete(keyOf(name));
  }

  nodes(): Iterable<T> {
    return this.#held?.values() ?? [];
  }

  /** All of them, which are held no longer. */
  empty(): readonly T[] {
    const all = [...this.nodes()];
    this.#held = undefined;
    return all;
  }
}

function keyOf(name: string): string {
  return createHash("sha256").update(name).digest("base64").slice(0, KEY_LENGTH);
}
