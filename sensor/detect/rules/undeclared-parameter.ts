import type { Difference } from "../../inventory/observation.js";
import { watchDrift } from "../drift-finding.js";
import type { Rule } from "../finding.js";

const KINDS: ReadonlySet<Difference["kind"]> = new Set(["parameter", "credential"] as const);

/**
 * A declared endpoint that is called with parameters or credentials its file does not have, of another type, or without those it
 * requires.
 */
export const undeclaredParameter: Rule = {
  id: "undeclared-parameter",
  of: "judged",
  watch: (context) =>
    watchDrift(
      context,
      KINDS,
      ({ service, method, template, declaration }, differences) =>
        `${whatOf(differences)} of ${method} ${template} of ${service.name} are other than ${declaration?.place} declares.`,
    ),
};

function whatOf(differences: readonly Difference[]): string {
  const kinds = new Set(differences.map(({ kind }) => kind));
  if (!kinds.has("credential")) return "Parameters";
  return kinds.has("parameter") ? "Parameters and credentials" : "Credentials";
}
