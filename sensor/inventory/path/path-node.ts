import { singular } from "./route-word.js";
import type { SegmentType } from "./segment.js";

/** Values of a parameter that are remembered, so that the decision can be looked at and undone. */
const MAX_VALUES = 64;

/** Why a segment became a parameter; kept with it. */
export interface Evidence {
  type: SegmentType;
  reason: string;
  /** The first values seen; how many there are is how many different ones there were at least. */
  readonly values: Set<string>;
}

export function newEvidence(type: SegmentType, reason: string): Evidence {
  return { type, reason, values: new Set() };
}

export function addValue(evidence: Evidence, value: string): void {
  if (evidence.values.size < MAX_VALUES) evidence.values.add(value);
}

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
  /** Type of a literal, once somebody asked. */
  type: SegmentType | undefined = undefined;
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
    const base = parameterName(this.parent, this.evidence?.type ?? "word");
    const taken = new Set<string>();
    for (let node = this.parent; node !== undefined; node = node.parent) if (node.isParameter) taken.add(node.name);
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
    return name;
  }
}

const TYPE_NAMES: Partial<Record<SegmentType, string>> = {
  date: "date",
  email: "email",
  address: "address",
  locale: "locale",
  token: "token",
  slug: "slug",
  code: "code",
};

function parameterName<Leaf>(parent: PathNode<Leaf> | undefined, type: SegmentType): string {
  const own = TYPE_NAMES[type];
  if (own !== undefined) return own;
  if (parent === undefined || parent.isParameter) return "id";
  const words = nameWords(parent.text);
  return words === "" ? "id" : `${words}Id`;
}

function nameWords(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  if (words.length === 0 || text.length > 40 || /^v\d/.test(text)) return "";
  const last = singular(words[words.length - 1]);
  const all = [...words.slice(0, -1), last].map((word, at) => (at === 0 ? lowerFirst(word) : upperFirst(word)));
  return /^\d/.test(all[0]) ? "" : all.join("");
}

function lowerFirst(word: string): string {
  return word === word.toUpperCase() ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
