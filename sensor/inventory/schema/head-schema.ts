import { NO_PROPERTIES, type Shape } from "../../protocol/shape.js";
import type { SchemaNode, StoredNode } from "./schema-node.js";

/** Of the first heads that have nothing each may be the one without which nothing is said yet. */
const FIRST_BARE = 8;

/**
 * What heads have of one kind, fields of their own or cookies; of answers those of one status. Most endpoints' have none: those take no room, and are counted until one
 * has something, for what not all have is optional.
 */
export class HeadSchema {
  node: SchemaNode | undefined = undefined;
  /** Heads before the first that had any. */
  without: number;
  readonly #make: () => SchemaNode | undefined;

  constructor(make: () => SchemaNode | undefined, without: number) {
    this.#make = make;
    this.without = without;
  }

  /** True where something is other than before, as of a node. */
  take(shape: Shape): boolean {
    if (shape !== NO_PROPERTIES || this.node !== undefined) return this.#begun()?.take(shape) === true;
    return ++this.without <= FIRST_BARE;
  }

  /** Of a request that was refused, see SchemaNode. */
  takeRefused(shape: Shape): boolean {
    return shape !== NO_PROPERTIES && this.#begun()?.takeRefused(shape) === true;
  }

  /** Heads that were learned from. */
  get heads(): number {
    return this.node?.objects ?? this.without;
  }

  /** In how many of them the field stood; undefined where it may have stood in any. */
  present(name: string): number | undefined {
    if (this.node === undefined) return 0;
    return this.node.hasAllNames ? (this.node.properties?.get(name)?.present ?? 0) : undefined;
  }

  /** So many more heads had nothing. */
  bare(count: number): void {
    if (this.node === undefined) this.without += count;
    else this.node.objects += count;
  }

  merge(other: HeadSchema): void {
    if (other.node === undefined) this.bare(other.without);
    else this.#begun()?.merge(other.node);
  }

  drop(): void {
    this.node?.drop();
    this.node = undefined;
  }

  restore(stored: StoredNode | undefined, without: number): void {
    this.without = without;
    this.node = stored && this.#make();
    if (stored !== undefined) this.node?.restore(stored);
  }

  state(): readonly [without: number, node: StoredNode | null] {
    return [this.without, this.node?.state() ?? null];
  }

  /** Undefined where there is no room. */
  #begun(): SchemaNode | undefined {
    if (this.node !== undefined) return this.node;
    this.node = this.#make();
    if (this.node !== undefined) this.node.objects = this.without;
    return this.node;
  }
}
