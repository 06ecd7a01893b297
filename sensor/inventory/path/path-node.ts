import type { Evidence } from "./evidence.js";
import type { NodeRule } from "./node-rule.js";
import { parameterName } from "./parameter-name.js";
import { type SegmentType, typeOf } from "./segment.js";
import type { ValueUse } from "./value-use.js";

/** One segment of the paths seen at a service. `leaf` is what the tree's owner keeps there. */
export class PathNode<Leaf> {
  readonly parent: PathNode<Leaf> | undefined;
  /** The literal text, or a parameter's text behind the braces (`.json`, `:cancel`). */
  readonly text: string;
  readonly depth: number;
  evidence: Evidence | undefined;
  /** Parameters by the text behind them; nearly always one, behind which is nothing. */
  parameters: Map<string, PathNode<Leaf>> | undefined = undefined;
  leaf: Leaf | undefined = undefined;
  /**
   * The node that stands for this one: a value's parameter, and so on below. The value stays where it was, so that a path seen before
   * is followed as it was, and the decision can be undone.
   */
  alias: PathNode<Leaf> | undefined = undefined;
  /** Those that count for this one. */
  aliases: Set<PathNode<Leaf>> | undefined = undefined;
  /** Of an alias: its part in what its target counts. */
  uses: ValueUse[] | undefined = undefined;
  /** What an operator says of what stands below; most nodes have none. */
  rule: NodeRule | undefined = undefined;
  /** A parameter that stands for all segments that follow but the words of a rule below it. */
  isRest = false;
  /** It was taken for a value, and turned out to be none: what showed that is not there to show it again. */
  hasLeft = false;
  /** Nodes made below since its literals were last looked at. */
  changes = 0;
  #literals: Map<string, PathNode<Leaf>> | undefined = undefined;
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

  /** The node whose leaf counts what is called here. */
  get target(): PathNode<Leaf> {
    let node: PathNode<Leaf> = this;
    while (node.alias !== undefined) node = node.alias;
    return node;
  }

  /** Type of a literal's text. */
  get type(): SegmentType {
    this.#type ??= typeOf(this.text);
    return this.#type;
  }

  get literalCount(): number {
    return this.#literals === undefined ? 0 : this.#literals.size;
  }

  /** Those that are values of a parameter among them. */
  literals(): Iterable<PathNode<Leaf>> {
    return this.#literals === undefined ? [] : this.#literals.values();
  }

  literal(text: string): PathNode<Leaf> | undefined {
    return this.#literals?.get(text);
  }

  addLiteral(text: string): PathNode<Leaf> {
    this.#literals ??= new Map();
    const known = this.#literals.get(text);
    if (known !== undefined) return known;
    const made = new PathNode(this, text, undefined);
    this.#literals.set(text, made);
    return made;
  }

  deleteLiteral(text: string): void {
    this.#literals?.delete(text);
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

  deleteParameter(suffix: string): void {
    this.parameters?.delete(suffix);
    if (this.parameters?.size === 0) this.parameters = undefined;
  }

  *children(): Iterable<PathNode<Leaf>> {
    yield* this.literals();
    if (this.parameters !== undefined) yield* this.parameters.values();
  }

  /** `/orders/{orderId}/items`. Names are settled when first asked for. */
  get template(): string {
    if (this.alias !== undefined) return this.target.template;
    if (this.#template === undefined) {
      const before = this.parent === undefined ? "" : this.parent.template;
      this.#template = this.parent === undefined ? "" : `${before}/${this.isParameter ? this.#expression : this.text}`;
    }
    return this.#template;
  }

  get #expression(): string {
    return `{${this.name}${this.isRest ? "+" : ""}}${this.text}`;
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
