import { addReason, addValue, type Evidence, newEvidence } from "./evidence.js";
import { formGroup, type ValueGroup } from "./form-group.js";
import { randomBits } from "./letter-pairs.js";
import { PathNode } from "./path-node.js";
import { isCollection, isJoined, isStandIn, isStrongWord, looksFixed } from "./route-word.js";
import { isValue, type SegmentType, typeOf } from "./segment.js";
import { type LeafJudge, placeOf, wordGroup } from "./word-group.js";

/** What the tree asks of its owner. */
export interface PathTreeOwner<Leaf> extends LeafJudge<Leaf> {
  /** Two literal segments turned out to be values of one parameter: `from` goes into `into`. */
  merge(from: Leaf, into: PathNode<Leaf>): void;
}

const MAX_DEPTH = 32;
const MAX_SEGMENT_LENGTH = 256;
/** More literals than this under one node are values, whatever they look like. */
const MAX_LITERALS = 400;
/** Numbers and dates before any word may be an API's version: so many different ones are needed to be values. */
const MIN_LEADING_VALUES = 3;
const EXTENSION =
  /^(.+)(\.(?:json|xml|csv|pdf|html?|txt|png|jpe?g|gif|svg|zip|ya?ml|rss|atom|js|css|ics|xlsx?|proto|gz))$/i;
const CALLED = /^([A-Za-z_][\w.]*\()(.+)(\))$/;

/** The paths of one service, segment by segment, each literal or parameter as the evidence so far has it. */
export class PathTree<Leaf> {
  readonly root = new PathNode<Leaf>(undefined, "", undefined);
  readonly #owner: PathTreeOwner<Leaf>;
  readonly #keptWords: ReadonlySet<string>;
  /** A merge above where a path is being followed: it is followed anew. */
  #isMoved = false;

  /** `keptWords` are never made into parameters, whatever the evidence. */
  constructor(owner: PathTreeOwner<Leaf>, keptWords: ReadonlySet<string>) {
    this.#owner = owner;
    this.#keptWords = keptWords;
  }

  /** Whether the path leads to a node that is there, or to a parameter's. Makes nothing. */
  knows(path: string): boolean {
    let node: PathNode<Leaf> | undefined = this.root;
    for (const text of path.slice(1).split("/", MAX_DEPTH)) {
      const literal: PathNode<Leaf> | undefined = node.literals.get(text);
      node = literal ?? node.parameter("");
      if (node === undefined) return false;
    }
    return true;
  }

  /** The node of a path that begins with a slash. Makes what is missing. */
  find(seen: string): PathNode<Leaf> {
    // Braces mark parameters in templates: those of the wire must not look like them.
    const path = seen.includes("{") ? seen.replaceAll("{", "%7B").replaceAll("}", "%7D") : seen;
    this.#isMoved = false;
    const found = this.#follow(path);
    return this.#isMoved ? this.#follow(path) : found;
  }

  #follow(path: string): PathNode<Leaf> {
    let node = this.root;
    let start = 1;
    while (node.depth < MAX_DEPTH) {
      const slash = path.indexOf("/", start);
      const semicolon = path.indexOf(";", start);
      const stop = slash < 0 ? path.length : slash;
      const end = semicolon >= 0 && semicolon < stop ? semicolon : stop;
      node = this.#child(node, path.slice(start, end));
      if (slash < 0) return node;
      start = slash + 1;
    }
    return node.parameter("") ?? node.addParameter("", newEvidence("token", `deeper than ${MAX_DEPTH} segments`));
  }

  #child(node: PathNode<Leaf>, text: string): PathNode<Leaf> {
    const first = text.charCodeAt(0);
    const startsWithDigit = first >= 0x30 && first <= 0x39;
    if (!startsWithDigit || node.parameters === undefined) {
      const literal = node.literals.get(text);
      if (literal !== undefined) return literal;
      if (text === "" || this.#keptWords.has(text)) return node.literal(text);
    }
    const type = text.length > MAX_SEGMENT_LENGTH ? "token" : typeOf(text);
    if (isValue(type) && !this.#mayBeVersion(node, type)) return this.#valueChild(node, text, type, "");
    return this.#wordChild(node, text, type);
  }

  #valueChild(node: PathNode<Leaf>, text: string, type: SegmentType, suffix: string): PathNode<Leaf> {
    let child = node.parameter(suffix);
    if (child === undefined) {
      child = node.addParameter(suffix, newEvidence(type, `its form is that of a ${NAMES[type] ?? type}`));
      this.#take(child, text, type);
      if (suffix === "") this.#absorbJoining(node, child);
    } else this.#take(child, text, type);
    return child;
  }

  #wordChild(node: PathNode<Leaf>, text: string, type: SegmentType): PathNode<Leaf> {
    const literal = node.literals.get(text);
    if (literal !== undefined) return literal;
    if (this.#keptWords.has(text)) return node.literal(text);
    const composed = this.#composedChild(node, text);
    if (composed !== undefined) return composed;
    const parameter = node.parameter("");
    if (parameter?.evidence !== undefined && joins(text, type, parameter.evidence)) {
      const isNew = this.#take(parameter, text, type);
      if (isNew && this.#isDue(node)) this.#judge(node);
      return parameter;
    }
    const made = node.literal(text);
    if (node.parent !== undefined && this.#isDue(node.parent)) this.#judge(node.parent);
    if (this.#isDue(node)) this.#judge(node);
    return made;
  }

  #take(parameter: PathNode<Leaf>, text: string, type: SegmentType): boolean {
    return parameter.evidence !== undefined && addValue(parameter.evidence, text, type);
  }

  /** `123.json`, `42:cancel`, `Users(7)`: a value with a fixed text behind it. */
  #composedChild(node: PathNode<Leaf>, text: string): PathNode<Leaf> | undefined {
    const colon = text.indexOf(":");
    if (
      colon > 0 &&
      colon < text.length - 1 &&
      isValue(typeOf(text.slice(0, colon))) &&
      /^[a-z]+$/i.test(text.slice(colon + 1))
    ) {
      return this.#valueChild(node, text.slice(0, colon), typeOf(text.slice(0, colon)), text.slice(colon));
    }
    const dot = EXTENSION.exec(text);
    if (dot !== null && isValue(typeOf(dot[1]))) return this.#valueChild(node, dot[1], typeOf(dot[1]), dot[2]);
    const called = CALLED.exec(text);
    if (called === null) return undefined;
    return node.literal(`${called[1]}{key}${called[3]}`);
  }

  /** Whether enough changed below a node to look at its literals again: each time while they are few, then by the eighth. */
  #isDue(node: PathNode<Leaf>): boolean {
    node.changes++;
    return node.changes * 8 >= node.literals.size && node.literals.size > 0;
  }

  /** Where the evidence is there, literals become one parameter. */
  #judge(node: PathNode<Leaf>): void {
    node.changes = 0;
    for (let group = this.#group(node); group !== undefined; group = this.#group(node)) this.#merge(node, group);
  }

  #group(node: PathNode<Leaf>): ValueGroup<Leaf> | undefined {
    const literals = [...node.literals.values()].filter(({ text }) => text !== "" && !this.#keptWords.has(text));
    if (literals.length > MAX_LITERALS)
      return { members: literals, type: "word", reason: `more than ${MAX_LITERALS} different values` };
    return formGroup(literals) ?? wordGroup(node, literals, this.#owner);
  }

  #merge(node: PathNode<Leaf>, { members, type, reason }: ValueGroup<Leaf>): void {
    const parameter = node.parameter("") ?? node.addParameter("", newEvidence(type, reason));
    if (parameter.evidence !== undefined) addReason(parameter.evidence, type, reason);
    for (const member of members) this.#absorbValue(node, member, parameter);
    this.#absorbJoining(node, parameter);
    this.#judgeBelow(parameter);
  }

  /** What stood below many literals now stands below one node. */
  #judgeBelow(node: PathNode<Leaf>): void {
    if (node.literals.size > 1) this.#judge(node);
    for (const literal of [...node.literals.values()]) if (literal.changes > 0) this.#judgeBelow(literal);
    for (const parameter of [...(node.parameters?.values() ?? [])])
      if (parameter.changes > 0) this.#judgeBelow(parameter);
  }

  #mayBeVersion(node: PathNode<Leaf>, type: SegmentType): boolean {
    if (type !== "number" && type !== "date") return false;
    const place = placeOf(node);
    if (place !== "root" && !(place === "container" && type === "date")) return false;
    if (node.parameter("") !== undefined) return false;
    let alike = 1;
    for (const literal of node.literals.values()) if (literal.type === type) alike++;
    return alike < MIN_LEADING_VALUES;
  }

  /** Literals that came before the parameter did, and are its values. */
  #absorbJoining(node: PathNode<Leaf>, parameter: PathNode<Leaf>): void {
    for (const literal of [...node.literals.values()]) {
      const { text, type } = literal;
      if (text === "" || this.#keptWords.has(text)) continue;
      if (isValue(type) || (parameter.evidence !== undefined && joins(text, type, parameter.evidence)))
        this.#absorbValue(node, literal, parameter);
    }
  }

  #absorbValue(node: PathNode<Leaf>, literal: PathNode<Leaf>, parameter: PathNode<Leaf>): void {
    node.literals.delete(literal.text);
    this.#take(parameter, literal.text, literal.type);
    this.#absorb(literal, parameter);
    this.#isMoved = true;
  }

  /** Moves everything at and below `from` to `into`. */
  #absorb(from: PathNode<Leaf>, into: PathNode<Leaf>): void {
    if (from.leaf !== undefined) {
      this.#owner.merge(from.leaf, into);
      from.leaf = undefined;
    }
    for (const literal of from.literals.values()) {
      if (!into.literals.has(literal.text)) into.changes++;
      this.#absorb(literal, into.literal(literal.text));
    }
    for (const [suffix, parameter] of from.parameters ?? []) {
      const { evidence } = parameter;
      if (evidence === undefined) continue;
      const target = into.parameter(suffix) ?? into.addParameter(suffix, newEvidence(evidence.type, evidence.reason));
      for (const value of evidence.values) this.#take(target, value, typeOf(value));
      for (const type of evidence.types) target.evidence?.types.add(type);
      this.#absorb(parameter, target);
    }
  }
}

/** Whether a segment that is no value by its form alone is one where a parameter is known already. */
function joins(text: string, type: SegmentType, { types, lengths, values, hasRouteWords }: Evidence): boolean {
  const isOfRandom = types.has("token") || types.has("random");
  if (type === "random") return isOfRandom || types.has("identifier");
  if (isOfRandom && type !== "slug" && lengths.has(text.length)) {
    if (randomBits(text) > 0 || (lengths.size === 1 && values.size >= 3 && !looksFixed(text))) return true;
  }
  if (type === "code" && types.has("code")) return true;
  if (looksFixed(text) && !(hasRouteWords && !isStrongWord(text) && !isStandIn(text) && !isCollection(text) && !isJoined(text)))
    return false;
  return types.has(type) || ((type === "mixed" || type === "code") && types.has("identifier"));
}

const NAMES: Partial<Record<SegmentType, string>> = {
  encoded: "percent-encoded value",
  address: "network address",
  email: "mail address",
};
