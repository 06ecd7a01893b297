import { CommandError } from "../../shared/command-error.js";
import type { DataSettings } from "../protocol/data/class-rules.js";
import { DataClassifier } from "../protocol/data/data-classifier.js";
import { operatorRule } from "../protocol/data/operator-rule.js";
import { PatternError } from "../protocol/data/pattern.js";

/** Says what is wrong with the operator's rules before anything runs. Throws CommandError that names the rule. */
export function checkDataRules({ rules, mute }: DataSettings): void {
  if (rules.length === 0 && mute.length === 0) return;
  for (const rule of rules) explain(`data.rules "${rule}"`, () => operatorRule(rule));
  explain("data.rules and data.mute", () => new DataClassifier({ rules, mute }));
}

function explain(what: string, attempt: () => unknown): void {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new CommandError(`${what} ${error.message}`);
  }
}
