import { DATA_GROUPS } from "../../../shared/data-class.js";
import type { DataRule } from "./data-rule.js";
import { wordsOf } from "./field-words.js";
import { PatternError } from "./pattern.js";
import { PatternSet } from "./pattern-set.js";

const FORM = /^([a-z][a-z0-9-]{0,39}) ([a-z]+)(?: ([^:]+))?: (.+)$/;

/**
 * A rule as an operator writes it: `CLASS GROUP [FIELD,FIELD…]: PATTERN`. Throws PatternError, also where the pattern is none or grows
 * too large.
 */
export function operatorRule(text: string): DataRule {
  const parts = FORM.exec(text);
  if (parts === null)
    throw new PatternError('is no rule; write "CLASS GROUP: PATTERN" or "CLASS GROUP FIELD,FIELD: PATTERN"');
  const [, name, group, fields, pattern] = parts;
  if (!DATA_GROUPS.some((known) => known === group))
    throw new PatternError(`has the group "${group}"; there are ${DATA_GROUPS.join(", ")}`);
  new PatternSet([pattern]);
  if (fields === undefined) return { name, pattern };
  return { name, pattern, fields: fields.split(",").map((field) => wordsOf(field).join("")) };
}
