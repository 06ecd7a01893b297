import type { Difference } from "../../inventory/observation.js";
import { watchDrift } from "../drift-finding.js";
import type { Rule } from "../finding.js";

const MESSAGES: ReadonlySet<Difference["kind"]> = new Set(["schema"] as const);

/** A declared endpoint whose bodies, or whose answers' heads, have other fields than its file says, or of other types. */
export const schemaDrift: Rule = {
  id: "schema-drift",
  of: "judged",
  watch: (context) =>
    watchDrift(
      context,
      MESSAGES,
      ({ service, method, template, declaration }) =>
        `Messages of ${method} ${template} of ${service.name} are other than ${declaration?.place} declares.`,
    ),
};
