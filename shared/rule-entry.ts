import type { Severity } from "./event.js";

/** What is said of every finding of one rule. */
export interface RuleEntry {
  readonly severity: Severity;
  readonly title: string;
  /** What to do about it, for a person. */
  readonly remedy: string;
  readonly references: readonly string[];
}
