import { suggestion } from "../../../shared/config/suggestion.js";
import type { DataRule } from "./data-rule.js";
import { FieldWords, wordsOf } from "./field-words.js";
import { HEALTH_RULES } from "./health-rules.js";
import { NATIONAL_RULES } from "./national-rules.js";
import { operatorRule } from "./operator-rule.js";
import { PatternError } from "./pattern.js";
import { PatternSet } from "./pattern-set.js";
import { PERSONAL_RULES } from "./personal-rules.js";
import { SECRET_RULES } from "./secret-rules.js";

export interface DataSettings {
  /** Rules of the operator's, as operator-rule.ts reads them. */
  readonly rules: readonly string[];
  /** Classes that are not told: `CLASS`, or `CLASS=FIELD` for fields of that name. */
  readonly mute: readonly string[];
}

export interface Rules {
  readonly patterns: PatternSet;
  /** Rules by the patterns' places. */
  readonly rules: readonly number[];
  readonly prefixes: Uint8Array;
  /** As if the rest of a word could follow any of them. */
  readonly anywhere: Uint8Array;
}

export interface RuleSet extends Rules {
  /** Those of them that no words need to tell of: most values are nothing else, and such patterns end at their first bytes. */
  readonly untold: Rules;
}

/** Ours and the operator's. */
const MAX_CLASSES = 256;

/**
 * All rules that settings ask for, with the patterns and names that values are compared with. It holds nothing of any value but what its
 * patterns found last, which is read before anybody else asks.
 */
export class ClassRules {
  readonly rules: readonly DataRule[];
  /** Place of each rule's class in `names`. */
  readonly classOf: readonly number[];
  readonly names: readonly string[];
  readonly words: FieldWords;
  readonly otherWords: FieldWords;
  /** Field's words → classes it does not mean. */
  readonly muted: ReadonlyMap<string, readonly string[]>;
  readonly inText: RuleSet;
  readonly withAt: RuleSet;
  readonly inField: RuleSet;
  /** The operator's: what is of their classes may be shorter, and without a digit. Undefined where there are none. */
  readonly added: RuleSet | undefined;

  /** Throws PatternError. */
  constructor({ rules, mute }: DataSettings) {
    const added = rules.map(operatorRule);
    const all = [...PERSONAL_RULES, ...HEALTH_RULES, ...NATIONAL_RULES, ...SECRET_RULES, ...added];
    const known = new Set(all.map(({ name }) => name));
    const isMuted = (name: string): boolean => mute.includes(name);
    this.rules = all.filter(({ name }) => !isMuted(name));
    this.names = [...new Set(this.rules.map(({ name }) => name))].sort();
    if (this.names.length > MAX_CLASSES) throw new PatternError(`are of more than ${MAX_CLASSES} classes`);
    this.classOf = this.rules.map(({ name }) => this.names.indexOf(name));
    this.words = new FieldWords(this.rules.map(({ fields }) => fields));
    this.otherWords = new FieldWords(this.rules.map(({ others }) => others));
    this.muted = mutedFields(mute, known);
    this.inText = this.#setOf((rule) => rule.holds === undefined && rule.isWholeField === undefined);
    this.withAt = this.#setOf((rule) => rule.holds === "@");
    this.inField = this.#setOf((rule) => rule.fields !== undefined);
    const ofOperator = this.#setOf((rule) => added.includes(rule));
    this.added = ofOperator.rules.length === 0 ? undefined : ofOperator;
  }

  #setOf(belongs: (rule: DataRule) => boolean): RuleSet {
    const all = this.#rulesOf(belongs);
    const isAny = all.rules.some((index) => this.rules[index].fields !== undefined);
    return { ...all, untold: isAny ? this.#rulesOf((rule) => belongs(rule) && rule.fields === undefined) : all };
  }

  #rulesOf(belongs: (rule: DataRule) => boolean): Rules {
    const rules = [...this.rules.keys()].filter((index) => belongs(this.rules[index]));
    const prefixes = Uint8Array.from(rules, (index) => (this.rules[index].isPrefix ? 1 : 0));
    const patterns = new PatternSet(rules.map((index) => this.rules[index].pattern));
    return { patterns, rules, prefixes, anywhere: new Uint8Array(rules.length).fill(1) };
  }
}

/** Throws PatternError for a class that no rule has. */
function mutedFields(muted: readonly string[], known: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const entry of muted) {
    const [name, field] = entry.split("=");
    if (!known.has(name))
      throw new PatternError(
        `would mute "${name}", which is no class${suggestion(name, [...known])}; there are ${[...known].sort().join(", ")}`,
      );
    if (field === undefined) continue;
    const key = wordsOf(field).join("");
    fields.set(key, [...(fields.get(key) ?? []), name]);
  }
  return fields;
}

let last: { readonly key: string; readonly rules: ClassRules } | undefined;

/**
 * The rules of such settings; throws PatternError. Compiling all patterns takes some 20 ms, and whoever looks at data in one thread has
 * the same settings: those asked for last are kept.
 */
export function classRules({ rules, mute }: DataSettings): ClassRules {
  const key = JSON.stringify([rules, mute]);
  if (last?.key !== key) last = { key, rules: new ClassRules({ rules, mute }) };
  return last.rules;
}
