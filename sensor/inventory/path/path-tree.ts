import { isApiVersion, isDatedVersion, mayBeVersion } from "./api-version.js";
import {
  besideIds,
  type Composed,
  composedOf,
  composedValue,
  fileParameters,
  foldedBelow,
  isComposed,
  isElsewhere,
  isNamed,
  isOfFile,
  namedBehind,
  namedLiteral,
  withNamedValue,
  withoutSuffix,
} from "./composed.js";
import { addEvidence, addReason, copyOf, isWithoutValues, newEvidence, takeOwn } from "./evidence.js";
import type { ValueGroup } from "./form-group.js";
import { mergeGrids, nextLook } from "./grid-group.js";
import { joins, joinsByForm } from "./joining.js";
import { lookupPath, MAX_DEPTH, MAX_SEGMENT_LENGTH } from "./lookup.js";
import { PathNode } from "./path-node.js";
import type { PathTreeOwner } from "./path-tree-owner.js";
import { prune, pruneBelow, takeOutValue } from "./prune.js";
import { pathOf, placeOfValue } from "./remembered-value.js";
import { WELL_KNOWN } from "./route-word.js";
import { isValue, type SegmentType, typeOf } from "./segment.js";
import { isOf, isRemembered, isToldApart, NAMES, take, takeLiteral, takeRest } from "./taken-value.js";
import { valueGroup } from "./value-group.js";
import { addUse, addUses, type UseOfCall, usesAt, type ValueUse, withoutUses } from "./value-use.js";
import { revise } from "./word-group.js";

/** Values remembered with what they were called for, in one tree. */
const MAX_ALIASES = 10_000;
/** Calls of one value after which it is compared with the others again. */
const FIRST_REVISION = 8;

/** The paths of one service, segment by segment, each literal or parameter as the evidence so far has it. */
export class PathTree<Leaf> {
  readonly root = new PathNode<Leaf>(undefined, "", undefined);
  readonly #owner: PathTreeOwner<Leaf>;
  readonly #keptWords: ReadonlySet<string>;
  #aliases = 0;
  /** A merge above where a path is being followed: it is followed anew. */
  #isMoved = false;
  #literals = 0;
  #nextGrids = nextLook(0);

  /** `keptWords` are never made into parameters, whatever the evidence. */
  constructor(owner: PathTreeOwner<Leaf>, keptWords: ReadonlySet<string>) {
    this.#owner = owner;
    this.#keptWords = keptWords;
  }

  /** Values remembered by now. */
  get values(): number {
    return this.#aliases;
  }

  /** Where a path stands by what is known; undefined where nothing like it was seen. Makes nothing. */
  lookup(seen: string): PathNode<Leaf> | undefined {
    return lookupPath(this.root, pathOf(seen), (node, text) => this.#isKept(node, text));
  }

  /** The node of a path that begins with a slash. Makes what is missing. Its `target` is what counts. */
  find(seen: string): PathNode<Leaf> {
    const path = pathOf(seen);
    this.#isMoved = false;
    const found = this.#follow(path);
    return this.#isMoved ? this.#follow(path) : found;
  }

  /** What a call adds to what is known of the value at which it ended. */
  count(alias: PathNode<Leaf>, use: UseOfCall): void {
    // A value below a value counts for that of the parameter as well.
    for (let node = alias; node.alias !== undefined; node = node.alias) {
      addUse(usesAt(node), use);
    }
    const calls = alias.uses?.reduce((sum, one) => sum + one.calls, 0) ?? 0;
    if (calls < FIRST_REVISION || (calls & (calls - 1)) !== 0) return;
    for (let node = alias; node.parent !== undefined; node = node.parent)
      if (node.alias !== undefined && node.parent.alias === undefined) this.#judge(node.parent);
  }

  /** One value counted at `target`, as it was kept. Where it stands now: elsewhere, where a rule says that it is none. */
  remember(target: PathNode<Leaf>, path: string, use: ValueUse): PathNode<Leaf> {
    if (this.#aliases >= MAX_ALIASES) return target;
    const node = placeOfValue(path, target, (made, of) => this.#alias(made, of));
    if (node.alias === undefined) return node;
    addUses(usesAt(node), [use]);
    return node.target;
  }

  /** Looks once more at everything that changed since it was last looked at. */
  settle(): void {
    this.#judgeBelow(this.root);
    this.#lookAtGrids();
  }

  /** Takes away what nothing is counted at any more. */
  prune(): void {
    this.#aliases -= pruneBelow(this.root);
  }

  #lookAtGrids(): void {
    this.#nextGrids = nextLook(this.#literals);
    const merge = (cell: PathNode<Leaf>, group: ValueGroup<Leaf>) => this.#merge(cell, group);
    mergeGrids(this.root, (literal) => this.#isFree(literal), this.#owner, merge);
  }

  #follow(path: string): PathNode<Leaf> {
    let node = this.root;
    let start = 1;
    while (node.depth < MAX_DEPTH) {
      const slash = path.indexOf("/", start);
      const semicolon = path.indexOf(";", start);
      const stop = slash < 0 ? path.length : slash;
      const end = semicolon >= 0 && semicolon < stop ? semicolon : stop;
      const next = this.#child(node, path.slice(start, end), slash < 0);
      if (next.isRest && next !== node) takeRest(next, path.slice(start));
      node = next;
      if (slash < 0) return node;
      start = slash + 1;
    }
    const deepest = node.target;
    return deepest.parameter("") ?? deepest.addParameter("", newEvidence("token", `deeper than ${MAX_DEPTH} segments`));
  }

  #child(node: PathNode<Leaf>, text: string, isLast: boolean): PathNode<Leaf> {
    const known = node.literal(text);
    if (known !== undefined && !isElsewhere(known, isLast)) return known;
    if (node.isRest) return node;
    if (node.alias !== undefined) return this.#aliasChild(node, text, isLast);
    if (node.rule?.isPinned === true && text !== "") return this.#pinnedChild(node, text);
    if (text === "" || this.#isKept(node, text)) return node.addLiteral(text);
    const type = text.length > MAX_SEGMENT_LENGTH ? "token" : typeOf(text);
    if (isValue(type) && !isNamed(text) && !mayBeVersion(node, text, type, isLast))
      return this.#valueChild(node, composedValue(text, type, isLast));
    return this.#wordChild(node, text, type, isLast);
  }

  /** What is no word of the rule is a value, and the rule is why. Another rule may tell a word of them apart. */
  #pinnedChild(node: PathNode<Leaf>, text: string): PathNode<Leaf> {
    const parameter = node.parameter("") ?? node.addParameter("", newEvidence("word", "pinned"));
    const type = text.length > MAX_SEGMENT_LENGTH ? "token" : typeOf(text);
    if (parameter.isRest) return parameter;
    take(parameter, text, type);
    if (isValue(type) || node.literal(text) !== undefined || !this.#isTold(text, parameter)) return parameter;
    return this.#alias(node.addLiteral(text), parameter);
  }

  #isTold(text: string, { evidence }: PathNode<Leaf>): boolean {
    return this.#aliases < MAX_ALIASES && evidence !== undefined && isToldApart(text, evidence);
  }

  /** Below a value stands what stands below its parameter; what is a literal there is remembered of the value as well. */
  #aliasChild(node: PathNode<Leaf>, text: string, isLast: boolean): PathNode<Leaf> {
    const child = this.#child(node.alias ?? node, text, isLast);
    // One that went while its path was followed has nothing below it: the path is followed anew.
    if (this.#aliases >= MAX_ALIASES || node.alias?.aliases?.has(node) !== true) return child;
    const { target } = child;
    // Of a parameter's values those are told apart that are so below it.
    if (child === target && target.evidence !== undefined) {
      const type = typeOf(withoutSuffix(text, target.text));
      const known = node.parameter(target.text);
      known?.evidence?.types.add(type);
      return known ?? this.#alias(node.addParameter(target.text, newEvidence(type, target.evidence.reason)), target);
    }
    // `Products(7)` is remembered as `Products({key})`, for so it is called when the value leaves again.
    const named = child.isParameter ? text : child.text;
    return node.literal(named) ?? this.#alias(node.addLiteral(named), child);
  }

  #alias(node: PathNode<Leaf>, target: PathNode<Leaf>): PathNode<Leaf> {
    node.alias = target;
    target.aliases ??= new Set();
    target.aliases.add(node);
    this.#aliases++;
    return node;
  }

  #valueChild(node: PathNode<Leaf>, { value, type, suffix }: Composed): PathNode<Leaf> {
    let child = node.parameter(suffix);
    if (suffix !== "" && child === undefined && isOfFile(node, suffix))
      return this.#valueChild(node, { value: value + suffix, type: "file", suffix: "" });
    if (child === undefined) {
      child = node.addParameter(suffix, newEvidence(type, `its form is that of a ${NAMES[type] ?? type}`));
      take(child, value, type);
      if (suffix === "") this.#absorbJoining(node, child, joins);
      else this.#foldFiles(node);
    } else if (take(child, value, type)) {
      if (suffix !== "") this.#foldFiles(node);
      else if (this.#isDue(node)) this.#judge(node);
    }
    return child;
  }

  #wordChild(node: PathNode<Leaf>, text: string, type: SegmentType, isLast: boolean): PathNode<Leaf> {
    const composed = this.#composedChild(node, text, isLast);
    if (composed !== undefined) return composed;
    const parameter = node.parameter("");
    if (parameter?.evidence !== undefined && joins(text, type, parameter.evidence)) {
      take(parameter, text, type);
      if (node.literal(text) !== undefined || !this.#isTold(text, parameter)) return parameter;
      const made = this.#alias(node.addLiteral(text), parameter);
      if (this.#isDue(node)) this.#judge(node);
      return made;
    }
    const made = node.addLiteral(text);
    if (node.parent !== undefined && this.#isDue(node.parent)) this.#judge(node.parent);
    if (this.#isDue(node)) this.#judge(node);
    if (++this.#literals >= this.#nextGrids) this.#lookAtGrids();
    return made;
  }

  /** `123.json`, `42:cancel`, `Users(7)`: a value with a fixed text behind it. */
  #composedChild(node: PathNode<Leaf>, text: string, isLast: boolean): PathNode<Leaf> | undefined {
    const named = withNamedValue(text);
    if (named !== undefined) return node.addLiteral(named);
    const known = besideIds(node, text);
    if (known !== undefined) return known;
    // A format stands at the end of a path; before, it is part of a name.
    const composed = isLast ? composedOf(text) : undefined;
    if (composed === undefined || !isComposed(node, composed)) return undefined;
    const parameter = this.#valueChild(node, composed);
    // A word is compared with the others there, `at.json` with `ada.json`.
    if (isValue(composed.type) || !this.#isTold(composed.value, parameter)) return parameter;
    return this.#alias(node.addLiteral(text), parameter);
  }

  /** Whether enough changed below a node to look at its literals again: each time while they are few, then by the eighth. */
  #isDue(node: PathNode<Leaf>): boolean {
    node.changes++;
    return node.changes * 8 >= node.literalCount && node.literalCount > 0;
  }

  /** Where the evidence is there, literals become one parameter, or a value a literal again. */
  #judge(node: PathNode<Leaf>): void {
    if (node.alias !== undefined || node.rule?.isPinned === true) return;
    node.changes = 0;
    this.#foldFiles(node);
    for (let group = this.#group(node); group !== undefined; group = this.#group(node)) this.#merge(node, group);
    const parameter = node.parameter("");
    if (parameter !== undefined) this.#absorbJoining(node, parameter, joinsByForm);
    for (const one of [...(node.parameters?.values() ?? [])]) if (one.alias === undefined) this.#revise(node, one);
  }

  #revise(node: PathNode<Leaf>, parameter: PathNode<Leaf>): void {
    const { join, leave } = revise(node, parameter, (value) => this.#isFree(value), this.#owner);
    for (const value of leave) this.#split(value, parameter);
    if (leave.length > 0 && isWithoutValues(parameter.evidence)) this.#aliases -= takeOutValue(parameter);
    for (const literal of join) this.#absorb(literal, parameter);
    if (join.length > 0) this.#judgeBelow(parameter);
  }

  /** Where they turned out to be names of files, values with extensions behind them become values as a whole. */
  #foldFiles(node: PathNode<Leaf>): void {
    if (node.alias !== undefined || (node.parameters?.size ?? 0) < 2) return;
    const folded = fileParameters(node);
    if (folded.length === 0) return;
    const parameter = node.parameter("") ?? node.addParameter("", newEvidence("file", "different names of files"));
    if (parameter.evidence !== undefined) addReason(parameter.evidence, "file", "different names of files");
    this.#isMoved = true;
    for (const one of folded) {
      parameter.evidence?.extensions.add(one.text);
      this.#moveInto(one, parameter);
    }
    this.#absorbJoining(node, parameter, joins);
    this.#judgeBelow(parameter);
  }

  #isFree(literal: PathNode<Leaf>): boolean {
    const { text, parent, hasLeft } = literal;
    // What is composed of a name and a value is no value as a whole.
    if (text === "" || hasLeft || isDatedVersion(literal) || text.includes("{")) return false;
    if (parent === undefined) return true;
    return namedLiteral(parent, text) === undefined && !this.#isKept(parent, text) && !parent.rule?.words.has(text);
  }

  /** Whether a word below a node is none of a parameter's values, whatever the evidence. */
  #isKept(node: PathNode<Leaf>, text: string): boolean {
    return this.#keptWords.has(text) || text === WELL_KNOWN || isApiVersion(node, text);
  }

  #group(node: PathNode<Leaf>): ValueGroup<Leaf> | undefined {
    const literals = [...node.literals()].filter((one) => one.alias === undefined && this.#isFree(one));
    return valueGroup(node, literals, this.#owner);
  }

  #merge(node: PathNode<Leaf>, { members, type, reason, suffix = "", prefix }: ValueGroup<Leaf>): void {
    const known = prefix === undefined ? node.parameter(suffix) : node.addLiteral(namedBehind(prefix));
    const into = known ?? node.addParameter(suffix, newEvidence(type, reason));
    if (into.evidence !== undefined) addReason(into.evidence, type, reason);
    for (const member of members) this.#absorb(member, into);
    if (into.isParameter && suffix === "") this.#absorbJoining(node, into, joins);
    this.#judgeBelow(into);
  }

  /** What stood below many literals now stands below one node. */
  #judgeBelow(node: PathNode<Leaf>): void {
    if (node.changes > 0) this.#judge(node);
    for (const child of [...node.children()]) if (child.alias === undefined) this.#judgeBelow(child);
  }

  /** Literals that came before the parameter did, and are its values. */
  #absorbJoining(node: PathNode<Leaf>, parameter: PathNode<Leaf>, joining: typeof joins): void {
    for (const literal of [...node.literals()]) {
      if (literal.alias !== undefined || !this.#isFree(literal)) continue;
      if (isOf(parameter, literal, joining)) this.#absorb(literal, parameter);
    }
  }

  /** What stands beside a parameter that came or went with its whole branch is one of its values, if a path to it would lead there. */
  #gather(node: PathNode<Leaf>): void {
    for (const one of [...(node.parameters?.values() ?? [])]) this.#absorbJoining(node, one, joins);
  }

  /** A literal becomes a value. */
  #absorb(literal: PathNode<Leaf>, parameter: PathNode<Leaf>): void {
    this.#isMoved = true;
    this.#moveInto(literal, parameter);
    if (!isRemembered(literal, parameter)) this.#aliases -= takeOutValue(literal);
  }

  /** A node and everything below it counts for another one and what is below that. */
  #moveInto(from: PathNode<Leaf>, into: PathNode<Leaf>): void {
    if (into.evidence !== undefined) {
      if (from.evidence === undefined) takeLiteral(into, from);
      else addEvidence(into.evidence, from.evidence);
    }
    for (const child of [...from.children()])
      if (child.alias === undefined) this.#moveInto(child, this.#counterpart(child, into));
    for (const { text, evidence, target } of foldedBelow(from, into))
      this.#alias(into.addParameter(text, copyOf(evidence)), target);
    if (from.leaf !== undefined) {
      from.uses = this.#owner.merge(from.leaf, into.target);
      from.leaf = undefined;
      for (let node = into; node.alias !== undefined; node = node.alias) {
        addUses(usesAt(node), from.uses);
      }
    }
    this.#alias(from, into);
  }

  /** Where what is below a literal goes, below the node that takes it. */
  #counterpart(child: PathNode<Leaf>, into: PathNode<Leaf>): PathNode<Leaf> {
    const { text, evidence } = child;
    const known = evidence === undefined ? (into.literal(text) ?? namedLiteral(into, text)) : into.parameter(text);
    if (known !== undefined) return known;
    if (into.alias !== undefined) {
      const beyond = this.#counterpart(child, into.alias);
      const made = evidence === undefined ? into.addLiteral(text) : into.addParameter(text, copyOf(evidence));
      return this.#alias(made, beyond);
    }
    if (evidence !== undefined) {
      const made = into.addParameter(text, copyOf(evidence));
      this.#gather(into);
      return made;
    }
    const parameter = into.parameter("");
    const made = into.addLiteral(text);
    if (parameter === undefined || !this.#isFree(made) || !isOf(parameter, made, joins)) {
      into.changes++;
      return made;
    }
    takeLiteral(parameter, child);
    if (isRemembered(child, parameter)) return this.#alias(made, parameter);
    into.deleteLiteral(text);
    return parameter;
  }

  /** A value becomes a literal: what is known of it and of everything below it goes to endpoints of its own. */
  #split(value: PathNode<Leaf>, parameter: PathNode<Leaf>): void {
    this.#isMoved = true;
    parameter.evidence?.values.delete(value.text);
    // Below the root most are fixed, and what showed it of this one may not be there to show it again.
    value.hasLeft = value.depth === 1;
    this.#detach(value);
  }

  #detach(node: PathNode<Leaf>): void {
    const { target, uses = [], alias } = node;
    if (node.evidence !== undefined && target.evidence !== undefined) takeOwn(node.evidence, target.evidence);
    if (alias !== undefined) {
      this.#aliases--;
      alias.aliases?.delete(node);
      for (let one = alias; one.alias !== undefined; one = one.alias) one.uses = withoutUses(one.uses ?? [], uses);
    }
    node.alias = undefined;
    node.uses = undefined;
    node.changes++;
    if (uses.length > 0) this.#owner.split(uses, target, node);
    // What was a value here before all this became one of the parameter's stays one.
    for (const child of node.children()) if (child.alias?.parent !== node) this.#detach(child);
    this.#gather(node);
    if (alias !== undefined) this.#aliases -= prune(alias);
  }
}
