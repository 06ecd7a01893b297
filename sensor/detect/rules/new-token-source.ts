import type { Rule } from "../finding.js";
import { type ChangeRule, watchTokenChanges } from "../token-changes.js";

const SOURCE: ChangeRule = {
  traits: new Set(["issuer", "algorithm"]),
  isTold: () => true,
  summary: (service, { what, name }) =>
    `${service} is called with tokens whose ${what} is ${name}, which no token had before.`,
};

/** Tokens of an issuer or algorithm that an endpoint was not called with before: one finding a service and newcomer. */
export const newTokenSource: Rule = {
  id: "new-token-source",
  of: "protected",
  watch: (context) => watchTokenChanges(context, SOURCE),
};
