import { type LeafJudge, mergeableGroup } from "./merge-rule.js";
import { addValue, newEvidence, PathNode } from "./path-node.js";
import { ROUTE_WORDS } from "./route-word.js";
import { isValue, type SegmentType, typeOf } from "./segment.js";

/** What the tree asks of its owner. */
export interface PathTreeOwner<Leaf> extends LeafJudge<Leaf> {
  /** Two literal segments turned out to be values of one parameter: `from` goes into `into`. */
  merge(from: Leaf, into: PathNode<Leaf>): void;
}

const MAX_DEPTH = 32;
const MAX_SEGMENT_LENGTH = 256;
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
      if (text === "" || ROUTE_WORDS.has(text) || this.#keptWords.has(text)) return node.literal(text);
    }
    const type = text.length > MAX_SEGMENT_LENGTH ? "token" : typeOf(text);
    if (isValue(type) && !this.#mayBeVersion(node, type)) return this.#valueChild(node, text, type, "");
    return this.#wordChild(node, text, type);
  }

  #valueChild(node: PathNode<Leaf>, text: string, type: SegmentType, suffix: string): PathNode<Leaf> {
    let child = node.parameter(suffix);
    if (child === undefined) {
      child = node.addParameter(suffix, newEvidence(type, `its form is that of a ${NAMES[type] ?? type}`));
      this.#absorbValues(node, child, suffix);
    }
    if (child.evidence !== undefined) addValue(child.evidence, text);
    return child;
  }

  #wordChild(node: PathNode<Leaf>, text: string, type: SegmentType): PathNode<Leaf> {
    const literal = node.literals.get(text);
    if (literal !== undefined) return literal;
    if (this.#keptWords.has(text)) return node.literal(text);
    const composed = this.#composedChild(node, text);
    if (composed !== undefined) return composed;
    const parameter = node.parameter("");
    if (parameter?.evidence !== undefined && joins(type, parameter.evidence.type)) {
      addValue(parameter.evidence, text);
      return parameter;
    }
    const made = node.literal(text);
    made.type = type;
    return this.#judge(node, made);
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

  /** Judges a literal just added by all its siblings; where the evidence is there they become one parameter. */
  #judge(node: PathNode<Leaf>, made: PathNode<Leaf>): PathNode<Leaf> {
    const group = mergeableGroup(node, made, this.#owner, this.#keptWords);
    if (group === undefined) return made;
    const { members, type, reason } = group;
    const parameter = node.parameter("") ?? node.addParameter("", newEvidence(type, reason));
    const { evidence } = parameter;
    const isNews = (type === "word" || type === "mixed") && evidence !== undefined && !joins(type, evidence.type);
    if (isNews) {
      evidence.reason = `${evidence.reason}; ${reason}`;
      evidence.type = type;
    }
    for (const member of members) {
      node.literals.delete(member.text);
      if (evidence !== undefined) addValue(evidence, member.text);
      this.#absorb(member, parameter);
    }
    return parameter;
  }

  #mayBeVersion(node: PathNode<Leaf>, type: SegmentType): boolean {
    if (node.parent !== undefined || (type !== "number" && type !== "date")) return false;
    if (node.parameter("") !== undefined) return false;
    let alike = 1;
    for (const literal of node.literals.values()) if (typeOf(literal.text) === type) alike++;
    return alike < MIN_LEADING_VALUES;
  }

  /** Literals that came before the parameter did, and are its values. */
  #absorbValues(node: PathNode<Leaf>, parameter: PathNode<Leaf>, suffix: string): void {
    if (suffix !== "") return;
    for (const literal of [...node.literals.values()]) {
      const { text } = literal;
      if (text === "" || this.#keptWords.has(text) || ROUTE_WORDS.has(text)) continue;
      const type = typeOf(text);
      if (!isValue(type) && !joins(type, parameter.evidence?.type ?? "word")) continue;
      node.literals.delete(literal.text);
      if (parameter.evidence !== undefined) addValue(parameter.evidence, literal.text);
      this.#absorb(literal, parameter);
    }
  }

  /** Moves everything at and below `from` to `into`. */
  #absorb(from: PathNode<Leaf>, into: PathNode<Leaf>): void {
    if (from.leaf !== undefined) {
      this.#owner.merge(from.leaf, into);
      from.leaf = undefined;
    }
    for (const literal of from.literals.values()) this.#absorb(literal, into.literal(literal.text));
    for (const [suffix, parameter] of from.parameters ?? []) {
      const evidence = parameter.evidence;
      if (evidence === undefined) continue;
      const target = into.parameter(suffix) ?? into.addParameter(suffix, newEvidence(evidence.type, evidence.reason));
      if (target.evidence !== undefined) for (const value of evidence.values) addValue(target.evidence, value);
      this.#absorb(parameter, target);
    }
  }
}

/** Whether a segment that is no value by its form alone is one where a parameter of some type is known already. */
function joins(type: SegmentType, parameterType: SegmentType): boolean {
  if (parameterType === "word" || parameterType === type) return true;
  if (type === "mixed") return !OWN_FORMS.has(parameterType);
  return type === "code" && (parameterType === "mixed" || parameterType === "identifier" || parameterType === "token");
}

/** Forms that say nothing of a sibling without them. */
const OWN_FORMS: ReadonlySet<SegmentType> = new Set(["encoded", "email", "address", "date", "locale"]);

const NAMES: Partial<Record<SegmentType, string>> = {
  encoded: "percent-encoded value",
  address: "network address",
  email: "mail address",
};
