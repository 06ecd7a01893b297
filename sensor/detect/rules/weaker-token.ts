import type { TokenChange } from "../../../shared/protection.js";
import { outcomeOf } from "../../protocol/outcome.js";
import { UNBOUND } from "../../protocol/token-trait.js";
import type { Rule } from "../finding.js";
import { type ChangeRule, watchTokenChanges } from "../token-changes.js";

const WEAKER: ChangeRule = {
  traits: new Set(["binding", "audience", "lifetime"]),
  // One that became bound is stronger, and one that is refused is none of the service's making.
  isTold: ({ what, name }, call) => (what !== "binding" || name === UNBOUND) && outcomeOf(call) === "answered",
  summary: (service, change) => `${service} takes tokens that are ${words(change)}.`,
};

/** Tokens that are worth more to whoever copies one than those before: one finding a service and change. */
export const weakerToken: Rule = {
  id: "weaker-token",
  of: "protected",
  watch: (context) => watchTokenChanges(context, WEAKER),
};

function words({ what, name }: TokenChange): string {
  if (what === "binding") return "bound to nobody, where all before were bound to a key or certificate of their client";
  if (what === "audience") return `meant for ${name}, for which none was before`;
  return `good for much longer than those before (${name})`;
}
