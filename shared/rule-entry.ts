import type { Severity } from "./event.js";

/** What is said of every finding of one rule. */
export interface RuleEntry {
  readonly severity: Severity;
  readonly title: string;
  /** What to do about it, for a person. */
  readonly remedy: string;
  readonly references: readonly string[];
  /** References that hold for findings about such alone: groups or classes of data (shared/data-class.ts), kinds of credentials. */
  readonly onlyAbout?: Readonly<Record<string, readonly string[]>>;
}

/** Those that hold for a finding about data of these groups and classes, or credentials of these kinds. */
export function referencesAbout(
  { references, onlyAbout = {} }: RuleEntry,
  about: readonly string[],
): readonly string[] {
  return references.filter((reference) => onlyAbout[reference]?.some((name) => about.includes(name)) ?? true);
}
