import type { Evidence } from "./evidence.js";
import { parameterName } from "./parameter-name.js";
import { type SegmentType, typeOf } from "./segment.js";

/** One segment of the paths seen at a service. `leaf` is what the tree's owner keeps there. */
export class PathNode<Leaf> {
  readonly parent: PathNode<Leaf> | undefined;
  /** The literal text, or a parameter's text behind the braces (`.json`, `:cancel`). */
  readonly text: string;
  readonly evidence: Evidence | undefined;
  readonly depth: number;
  readonly literals = new Map<string, PathNode<Leaf>>();
  /** Parameters by the text behind them; nearly always one, behind which is nothing. */
  parameters: Map<string, PathNode<Leaf>> | undefined = undefined;
  leaf: Leaf | undefined = undefined;
  /** Nodes made below since its literals were last looked at. */
  changes = 0;
  #type: SegmentType | undefined = undefined;
  #template: string | undefined = undefined;
  #name: string | undefined = undefined;

  constructor(parent: PathNode<Leaf> | undefined, text: string, evidence: Evidence | undefined) {
    this.parent = parent;
    this.text = text;
    this.evidence = evidence;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  get isParameter(): boolean {
    return this.evidence !== undefined;
  }

  /** Type of a literal's text. */
  get type(): SegmentType {
    this.#type ??= typeOf(this.text);
    return this.#type;
  }

  literal(text: string): PathNode<Leaf> {
    const known = this.literals.get(text);
    if (known !== undefined) return known;
    const made = new PathNode(this, text, undefined);
    this.literals.set(text, made);
    return made;
  }

  parameter(suffix: string): PathNode<Leaf> | undefined {
    return this.parameters?.get(suffix);
  }

  addParameter(suffix: string, evidence: Evidence): PathNode<Leaf> {
    this.parameters ??= new Map();
    const made = new PathNode(this, suffix, evidence);
    this.parameters.set(suffix, made);
    return made;
  }

  /** `/orders/{orderId}/items`. Names are settled when first asked for. */
  get template(): string {
    if (this.#template === undefined) {
      const before = this.parent === undefined ? "" : this.parent.template;
      this.#template =
        this.parent === undefined ? "" : `${before}/${this.isParameter ? `{${this.name}}${this.text}` : this.text}`;
    }
    return this.#template;
  }

  /** The parameter's name: from the collection before it, else from its type; unique within the template. */
  get name(): string {
    this.#name ??= this.#makeName();
    return this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  #makeName(): string {
    const { parent } = this;
    const before = parent === undefined || parent.isParameter ? undefined : parent.text;
    const base = parameterName(before, this.evidence?.type ?? "word");
    const taken = new Set<string>();
    for (let node = this.parent; node !== undefined; node = node.parent) if (node.isParameter) taken.add(node.name);
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
    return name;
  }
}
